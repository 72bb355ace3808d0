"""Canaries in Connections and answers: none is where somebody with access to Airflow can read."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from openlineage.client.serde import Serde
from sqlalchemy import select

from airflow_provider_drivedelta.core.summary import Summary
from airflow_provider_drivedelta.lineage_facets import lineage_of
from airflow_provider_drivedelta.metrics import count_run
from tests.play import Airflow, Played
from tests.security import canaries
from tests.security.confidants import REFRESH, Confidant, confide
from tests.security.feeds import CALLS, FAULTS, LINKS
from tests.security.searching import leaks_below
from tests.test_metrics import Counted

LIST = "SharePointListDeltaToParquetOperator"


@pytest.fixture
def confidant() -> Iterator[Confidant]:
    with confide() as confidant:
        yield confidant


@pytest.fixture
def drive(confidant: Confidant, tmp_path: Path) -> dict[str, object]:
    """The arguments of the simplest use."""
    return {
        "source": confidant.contoso.source,
        "output": str(tmp_path / "lake"),
        "asset_alias": "changes",
        "max_wait": 1,
    }


@pytest.fixture
def tasks(confidant: Confidant, tmp_path: Path) -> dict[str, object]:
    site = f"{confidant.contoso.emulator.https_url}/sites/team"
    return {"operator": LIST, "site": site, "list": "Tasks", "output": str(tmp_path / "lake"), "max_wait": 1}


def variables() -> dict[str, str]:
    """The texts of all Variables of ours, by key."""
    from airflow import settings
    from airflow.models.variable import Variable

    assert settings.Session is not None
    with settings.Session() as session:
        return {row.key: str(row.get_val()) for row in session.scalars(select(Variable)) if "drivedelta" in row.key}


def tokens() -> dict[str, str]:
    """What the Variables hold in confidence just now."""
    kept = [json.loads(text) for text in variables().values()]
    said = [record.get(name) or "" for record in kept for name in ("delta_token", "previous_token", "refresh_token")]
    secrets = {text.rpartition("oken=")[2].strip("'()") for text in said}
    return {f"token {text[:9]}": text for text in secrets if len(text) > 20}


def shown_of(run: Played) -> str:
    """All that the run tells people and other tools, metrics and lineage included."""
    told = run.xcoms.get("return_value")
    if not isinstance(told, dict) or told.get("increment") is None:
        return run.everything
    summary = Summary(**{name: told[name] for name in Summary.__dataclass_fields__ if name in told})
    counted = Counted()
    count_run(summary, output=lambda: str(summary.path), meter=counted)
    lineage = lineage_of([summary], output=str(Path(summary.path).parent))
    assert lineage is not None
    sent = [Serde.to_json(dataset) for dataset in (*lineage.inputs, *lineage.outputs)]
    return "\n".join([run.everything, str(asdict(summary)), str(counted.told), str(counted.tags), *sent])


WAYS = {
    "secret": "success",
    "certificate": "success",
    "refresh token": "success",
    "bearer": "success",
    "wrong secret": "failed",
    "wrong passphrase": "failed",
    "wrong refresh token": "failed",
}


@pytest.mark.parametrize("way", WAYS)
def test_however_one_signs_in(
    airflow: Airflow, confidant: Confidant, drive: dict[str, object], caplog: pytest.LogCaptureFixture, way: str
) -> None:
    """H5. At the most talkative level."""
    caplog.set_level(logging.DEBUG)
    airflow.connect(**confidant.connections[way])
    run = airflow.play(**drive)
    assert run.state == WAYS[way], run.log
    assert ("-> 200" in run.log) == (run.state == "success")
    secrets = confidant.secrets | tokens()
    assert canaries.leaks(secrets, shown_of(run)) == []
    assert (WAYS[way] != "success") or any(name.startswith("token ") for name in secrets)
    homes = frozenset(name for name in secrets if name.startswith("token "))
    kept = {"*/_drivedelta/log/*.json": homes}
    assert leaks_below(Path(str(drive["output"])).parent, secrets, allowed=kept) == []


@pytest.mark.parametrize("fault", ["", "forbidden", "throttled", "moved"])  # of the others, which are tried again, core
@pytest.mark.parametrize("what", ["drive", "list"])
def test_whatever_the_service_says(
    airflow: Airflow,
    confidant: Confidant,
    request: pytest.FixtureRequest,
    caplog: pytest.LogCaptureFixture,
    what: str,
    fault: str,
) -> None:
    """H5. Runs that succeed over quarantine and a refused token, and runs that fail in each way."""
    caplog.set_level(logging.DEBUG)
    arguments = request.getfixturevalue("drive" if what == "drive" else "tasks")
    airflow.connect(**confidant.connections["certificate"])
    emulator, shown = confidant.contoso.emulator, []
    for number in range(2):
        made = emulator.drive.create_file(f"shown {number}.txt", b"x")
        emulator.drive.set_facets(made.id, LINKS | ({"size": "much"} if number else {}))  # type: ignore[arg-type]
    call = CALLS["graph" if what == "drive" else "sharepoint list"]
    if fault:
        emulator.faults([{"match": {"path": call, "times": 0}} | FAULTS[fault]])
        run = airflow.play(**arguments)
        assert run.state != "success"
        shown.append(shown_of(run))
    else:
        runs = [airflow.play(**arguments)]
        emulator.expire()
        runs.append(airflow.play(**arguments))
        assert [run.summary["kind"] for run in runs] == ["initial", "resync"]
        assert runs[0].summary["quarantined"] == (what == "drive")
        shown += [shown_of(run) for run in runs]
    secrets = confidant.secrets | tokens()
    assert canaries.leaks(secrets, "\n".join(shown)) == []
    homes = frozenset(name for name in secrets if name.startswith("token "))
    assert leaks_below(Path(arguments["output"]).parent, secrets, allowed={"*/_drivedelta/log/*.json": homes}) == []


def test_the_api_shows_where_a_feed_stands_and_hides_its_token(
    airflow: Airflow, confidant: Confidant, drive: dict[str, object]
) -> None:
    from airflow import settings
    from airflow.api_fastapi.core_api.datamodels.variables import VariableResponse
    from airflow.models.variable import Variable

    airflow.connect(**confidant.connections["refresh token"])
    airflow.play(**drive)
    secrets = confidant.secrets | tokens()
    assert len(variables()) == 2
    assert settings.Session is not None
    with settings.Session() as session:
        rows = [row for row in session.scalars(select(Variable)) if "drivedelta" in row.key]
        answer = "\n".join(VariableResponse.model_validate(row, from_attributes=True).model_dump_json() for row in rows)
    assert canaries.leaks(secrets, answer) == []
    assert canaries.leaks(secrets, "".join(variables().values())) != []
    assert '\\"increment\\": 1' in answer
    assert REFRESH not in answer
