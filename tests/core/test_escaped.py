"""Texts of the service, as parts of an address."""

from __future__ import annotations

import pytest

from airflow_provider_drivedelta.core.escaped import escaped


@pytest.mark.parametrize(
    ("text", "safe", "shown"),
    [
        ("b!a-B_1.~", "!", "b!a-B_1.~"),
        ("a/b c%#?", "", "a%2Fb%20c%25%23%3F"),
        ("日", "", "%E6%97%A5"),
        ("half \ud83d", "", "half%20%3F"),
        ("\x00\n", "", "%00%0A"),
    ],
)
def test_a_text_is_escaped_whatever_is_in_it(text: str, safe: str, shown: str) -> None:
    assert escaped(text, safe=safe) == shown
