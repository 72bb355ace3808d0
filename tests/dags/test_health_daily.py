"""dags/health_daily.py: quiet while all is well, failed with a table once a feed is not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.conftest import Contoso
from tests.play import Airflow

DAGS = Path(__file__).parents[2] / "dags"


@pytest.fixture
def health_daily(airflow: Airflow) -> Iterator[Path]:
    file = Path(shutil.copy(DAGS / "health_daily.py", airflow.home / "dags"))
    yield file
    file.unlink()


def test_it_is_quiet_until_a_feed_is_stale(
    airflow: Airflow, contoso: Contoso, health_daily: Path, tmp_path: Path
) -> None:
    """The token lies in a Variable, which knows of runs without news."""
    airflow.connect(**contoso.signing_in())
    output = str(tmp_path / "lake")
    airflow.play(source=contoso.source, output=output)
    well = airflow.play_file(health_daily, conf={"output": output})
    assert (well.state, well.xcoms["return_value"]) == ("success", 1)

    kept = json.loads(airflow.variable_text())
    long_ago = (datetime.now(UTC) - timedelta(days=40)).isoformat()
    variable = airflow.variable()
    assert variable
    (commit,) = (tmp_path / "lake").glob("*/_drivedelta/log/*.json")
    commit.write_text(commit.read_text().replace(datetime.now(UTC).date().isoformat(), "2020-01-01"))
    airflow.set_variable(str(variable["key"]), json.dumps(kept | {"last_success": long_ago, "saved_at": long_ago}))
    ill = airflow.play_file(health_daily, conf={"output": output})
    assert ill.state == "failed"
    assert "1 of 1 feeds need somebody to look after them:" in ill.log
    assert f"The last success was at {long_ago[:10]}" in ill.log
    assert str(kept["delta_token"]) not in ill.everything
