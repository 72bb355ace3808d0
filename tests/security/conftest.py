"""What the security tests start from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.security.feeds import PROTOCOLS, Feed, followed


@pytest.fixture(params=PROTOCOLS)
def feed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Feed]:
    """A feed of each protocol in turn, followed into an empty folder."""
    with followed(request.param, tmp_path / "lake") as feed:
        yield feed
