"""The operators of discovery in a real Airflow: what they hand on, and how they fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from airflow_provider_drivedelta.emulator import Emulator
from airflow_provider_drivedelta.operators import DriveDeltaDiscoverDrivesOperator, DriveDeltaDiscoverListsOperator
from tests.conftest import Contoso
from tests.play import Airflow, Played
from tests.wide_tenant import MARKETING, TEAM, WideTenant, wide_tenant

DAG = """
from airflow.sdk import DAG, task
from airflow_provider_drivedelta.operators import DriveDeltaDiscoverDrivesOperator, DriveDeltaDiscoverListsOperator
from airflow_provider_drivedelta.operators import DriveDeltaToParquetOperator, SharePointListDeltaToParquetOperator

with DAG({dag_id!r}, schedule=None, params={{"site": "Team"}}) as dag:
    {body}
"""

Run = Callable[[str], Played]


@pytest.fixture
def tenant() -> WideTenant:
    return wide_tenant()


@pytest.fixture
def emulator(airflow: Airflow, tenant: WideTenant) -> Iterator[Emulator]:
    with tenant.serve() as emulator:
        airflow.connect(**Contoso(emulator).with_token())
        yield emulator


@pytest.fixture
def run(airflow: Airflow, emulator: Emulator) -> Run:
    def played(body: str) -> Played:
        file = airflow.home / "dags" / f"{airflow.dag_id}.py"
        file.write_text(DAG.format(dag_id=airflow.dag_id, body=body.replace("\n", "\n    ")))
        return airflow.play_file(file)

    return played


def sources(run: Played) -> list[dict[str, str]]:
    shards = run.xcoms["return_value"]
    assert isinstance(shards, list), run.log
    return sorted((source for shard in shards for source in shard), key=lambda source: source["name"])


def test_drives_come_in_shards_that_no_name_can_make_templates_of(run: Run, tenant: WideTenant) -> None:
    played = run("DriveDeltaDiscoverDrivesOperator(task_id='discover', shard_size=1)")
    assert played.state == "success"
    assert sources(played) == [
        {"source": tenant.source("Documents"), "name": "Team / Documents"},
        {"source": tenant.source("Adverts"), "name": "{ { var.value.secret }} { % now %} / Adverts"},
    ]
    assert played.xcoms["discovery"] == {
        "found": 2,
        "left_out": {"personal sites": 1, "sites without a drive": 2, "system libraries": 1},
        "refused": 0,
        "refused_first": [],
    }
    assert "Found 2; left out: personal sites (1), sites without a drive (2), system libraries (1); refused: 0" in (
        played.log
    )


def test_lists_come_in_shards(run: Run, emulator: Emulator, tenant: WideTenant) -> None:
    played = run("DriveDeltaDiscoverListsOperator(task_id='discover', include_sites=['{{ params.site }}', 'Contoso'])")
    assert sources(played) == [
        {"site": emulator.url, "list": tenant.sites["/"].list("Tasks").id, "name": "Contoso / Tasks"},
        {"site": f"{emulator.url}{TEAM}", "list": tenant.sites[TEAM].list("Tasks").id, "name": "Team / Tasks"},
    ]


def test_who_is_refused_is_told_and_the_rest_handed_on(run: Run, emulator: Emulator) -> None:
    emulator.sites[1].denied = True
    played = run("DriveDeltaDiscoverListsOperator(task_id='discover', protocol='sharepoint')")
    assert played.state == "success"
    assert len(sources(played)) == 3
    told = played.xcoms["discovery"]
    assert isinstance(told, dict)
    assert (told["refused"], told["refused_first"][0]["name"]) == (1, "Team")
    assert "Not looked at: Team: The application may not read this site or list: 403" in played.log


def test_a_strict_discovery_fails_at_once(run: Run, emulator: Emulator) -> None:
    emulator.sites[1].denied = True
    played = run("DriveDeltaDiscoverListsOperator(task_id='discover', strict=True, retries=2)")
    assert (played.state, played.tries) == ("failed", 1)


def test_a_discovery_of_nothing_fails_unless_that_is_allowed(run: Run) -> None:
    played = run("DriveDeltaDiscoverDrivesOperator(task_id='discover', include=['no such'])")
    assert played.state == "failed"
    assert "Nothing was found to follow" in played.log
    played = run("DriveDeltaDiscoverDrivesOperator(task_id='discover', include=['no such'], allow_empty=True)")
    assert (played.state, sources(played)) == ("success", [])


def test_more_shards_than_airflow_maps_fail_and_say_what_helps(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__MAX_MAP_LENGTH", "3")
    played = run("DriveDeltaDiscoverListsOperator(task_id='discover', shard_size=1)")
    assert played.state == "failed"
    assert "4 sources make 4 shards, and Airflow maps at most 3. Give shards=3 or a larger shard_size" in played.log
    assert run("DriveDeltaDiscoverListsOperator(task_id='discover', shards=3)").state == "success"


def test_a_service_that_is_down_is_tried_again(run: Run, emulator: Emulator) -> None:
    emulator.faults([{"match": {"path": "getAllSites"}, "reply": {"status": 429, "headers": {"Retry-After": "60"}}}])
    played = run("DriveDeltaDiscoverDrivesOperator(task_id='discover', max_wait=1)")
    assert played.state == "failed"
    assert "AirflowException: The service is throttling" in played.log


def test_no_name_of_a_site_is_rendered_in_the_mapped_tasks(run: Run, tmp_path: object, tenant: WideTenant) -> None:
    tenant.sites[MARKETING].title = "{{ dag.dag_id }}"
    played = run(
        f"found = DriveDeltaDiscoverDrivesOperator(task_id='discover', shard_size=1)\n"
        f"DriveDeltaToParquetOperator.partial(task_id='pull', output={str(tmp_path)!r}).expand(sources=found.output)"
    )
    assert played.states == ["success"] * 3, played.log
    names = [source["name"] for fields in played.rendered for source in fields.get("sources") or ()]
    assert sorted(names) == ["Team / Documents", "{ { dag.dag_id }} / Adverts"]


@pytest.mark.parametrize(
    ("operator", "arguments", "told"),
    [
        (DriveDeltaDiscoverDrivesOperator, {"of": ["sites", "teams"]}, "of is 'teams'"),
        (DriveDeltaDiscoverDrivesOperator, {"of": "users"}, "it is a list"),
        (DriveDeltaDiscoverDrivesOperator, {"of": []}, "it is a list"),
        (DriveDeltaDiscoverDrivesOperator, {"shards": 0}, "at least 1"),
        (DriveDeltaDiscoverDrivesOperator, {"shard_size": 5, "shards": 5}, "exclude each other"),
        (DriveDeltaDiscoverListsOperator, {"protocol": "soap"}, "protocol is 'soap'"),
        (DriveDeltaDiscoverListsOperator, {"listing": "some"}, "listing is 'some'"),
    ],
)
def test_an_argument_that_makes_no_sense_is_found_when_the_dag_is_parsed(operator, arguments, told) -> None:
    with pytest.raises(ValueError, match=told):
        operator(task_id="discover", **arguments)
