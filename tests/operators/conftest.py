"""What the operators' tests start from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Contoso
from tests.play import Airflow
from tests.team_site import Team, serve_team


@pytest.fixture
def pull(airflow: Airflow, contoso: Contoso, tmp_path: Path) -> dict[str, object]:
    """The arguments of the simplest use; the Connection is there."""
    airflow.connect(**contoso.signing_in())
    return {"source": contoso.source, "output": str(tmp_path / "lake")}


@pytest.fixture
def team() -> Iterator[Team]:
    with serve_team() as team:
        yield team
