"""Fixtures of the hooks' tests."""

from __future__ import annotations

import pytest

from tests.certificates import Issued


@pytest.fixture(scope="session")
def issued() -> Issued:
    """A certificate of an application."""
    return Issued.now()
