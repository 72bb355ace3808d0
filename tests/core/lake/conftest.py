from __future__ import annotations

from pathlib import Path

import pytest

from tests.core.lake.told import Told
from tests.graph_service import GraphService


@pytest.fixture
def told(service: GraphService, tmp_path: Path) -> Told:
    """A drive that was never read."""
    return Told(service, tmp_path / "lake")
