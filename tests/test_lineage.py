"""What other tools hear of a run: its drive or list, its folder with columns and counts, and never a secret."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from airflow.providers.openlineage.extractors import OperatorLineage
from airflow.sdk.lineage import HookLineageCollector
from openlineage.client.event_v2 import Dataset
from openlineage.client.facet_v2 import RunFacet
from openlineage.client.naming import dataset as naming
from openlineage.client.serde import Serde

from airflow_provider_drivedelta.cli import main
from airflow_provider_drivedelta.core.summary import Summary
from airflow_provider_drivedelta.hooks.drivedelta import DriveDeltaHook
from airflow_provider_drivedelta.lineage import TellsLineage, collect
from airflow_provider_drivedelta.lineage_facets import MOST_COMMITS, TOLD_IN_FULL, lineage_of
from airflow_provider_drivedelta.lineage_names import folder_name
from tests.conftest import SECRET, Contoso
from tests.operators.test_output_connections import as_aws
from tests.play import Airflow
from tests.servers.stores import StoreServer
from tests.team_site import serve_team

TOKEN = "r3ady-bearer-token"


@pytest.fixture
def lake(tmp_path: Path) -> str:
    return str(tmp_path / "lake")


@pytest.fixture
def pull(lake: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Summary]:
    """Runs the console, and takes its summary."""
    monkeypatch.setenv("DRIVEDELTA_ACCESS_TOKEN", TOKEN)

    def run(*command: str) -> Summary:
        assert main([*command, "--output", lake, "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        return Summary(**{name: value for name, value in told.items() if name != "verdict"})

    return run


Pull = Callable[..., Summary]


def drive_of(contoso: Contoso) -> list[str]:
    return ["drive", "--drive-id", contoso.emulator.drive.id, "--base-url", contoso.emulator.url]


def facets(dataset: Dataset) -> dict[str, dict[str, object]]:
    """All of a data set's facets, as they are sent."""
    sent = json.loads(Serde.to_json(dataset))
    return sent["facets"] | sent.get("outputFacets", {}) | sent.get("inputFacets", {})


def columns(dataset: Dataset) -> dict[str, dict[str, object]]:
    return {field["name"]: field for field in facets(dataset)["schema"]["fields"]}  # type: ignore[attr-defined, union-attr]


class TestADrive:
    def test_is_the_input_and_the_parquet_is_the_output(self, contoso: Contoso, pull: Pull, lake: str) -> None:
        summary = pull("pull", *drive_of(contoso))
        (source,), (folder,) = both(lineage_of([summary], output=lake))
        assert (source.namespace, source.name) == ("drivedelta://drives", contoso.emulator.drive.id)
        assert (folder.namespace, folder.name) == ("file", summary.path)
        assert facets(source)["documentation"]["description"] == f"drives/{contoso.emulator.drive.id}"

    def test_comes_with_its_columns_and_what_was_written(self, contoso: Contoso, pull: Pull, lake: str) -> None:
        summary = pull("pull", *drive_of(contoso))
        _, (folder,) = both(lineage_of([summary], output=lake))
        (file,) = Path(summary.path).glob("changes/*/*.parquet")
        told = facets(folder)
        assert shown(told["outputStatistics"]) == {"rowCount": 4, "size": file.stat().st_size, "fileCount": 1}
        assert told["drivedelta_increments"]["rows"] == {"insert": 4, "update": 0, "delete": 0}
        assert columns(folder)["size"]["type"] == "int64"
        assert columns(folder)["_aspects"]["fields"] == [{"name": "_element", "type": "string", "fields": []}]
        assert "path" in [field["name"] for field in columns(folder)["_previous"]["fields"]]  # type: ignore[attr-defined]

    def test_columns_are_those_of_the_files(self, contoso: Contoso, pull: Pull, lake: str) -> None:
        import pyarrow.parquet as pq

        summary = pull("pull", *drive_of(contoso))
        _, (folder,) = both(lineage_of([summary], output=lake))
        (file,) = Path(summary.path).glob("changes/*/*.parquet")
        assert list(columns(folder)) == pq.read_schema(file).names

    def test_without_news_wrote_nothing_into_the_same_folder(self, contoso: Contoso, pull: Pull, lake: str) -> None:
        pull("pull", *drive_of(contoso))
        _, (folder,) = both(lineage_of([pull("pull", *drive_of(contoso))], output=lake))
        assert shown(facets(folder)["outputStatistics"]) == {"rowCount": 0, "size": 0, "fileCount": 0}
        assert "schema" in facets(folder)

    def test_that_is_replayed_was_written_before(self, contoso: Contoso, pull: Pull, lake: str) -> None:
        summary = replace(pull("pull", *drive_of(contoso)), kind="replay", increment=None)
        _, (folder,) = both(lineage_of([summary], output=lake))
        assert facets(folder)["outputStatistics"]["rowCount"] == 0
        assert facets(folder)["drivedelta_increments"]["to_increment"] == 1

    def test_that_was_reconciled_counts_the_pulls_around_it(self, contoso: Contoso, pull: Pull, lake: str) -> None:
        pull("pull", *drive_of(contoso))
        contoso.emulator.drive.create_file("d.txt", b"d")
        _, (folder,) = both(lineage_of([pull("reconcile", *drive_of(contoso))], output=lake))
        assert facets(folder)["outputStatistics"]["rowCount"] == 1

    def test_that_answers_for_too_many_increments_does_not_count_them(
        self, contoso: Contoso, pull: Pull, lake: str
    ) -> None:
        summary = pull("pull", *drive_of(contoso))
        (commit,) = Path(summary.path).glob("_drivedelta/log/*.json")
        for number in range(2, MOST_COMMITS + 2):
            again = commit.read_text().replace('"increment": 1,', f'"increment": {number},')
            commit.with_stem(f"{number:08}").write_text(again)
        for last, counted in ((MOST_COMMITS, True), (MOST_COMMITS + 1, False)):
            _, (folder,) = both(lineage_of([replace(summary, to_increment=last)], output=lake))
            assert ("outputStatistics" in facets(folder)) is counted
            assert "schema" in facets(folder)

    def test_whose_log_is_gone_is_told_by_name(self, contoso: Contoso, pull: Pull, lake: str) -> None:
        summary = pull("pull", *drive_of(contoso))
        (commit,) = Path(summary.path).glob("_drivedelta/log/*.json")
        commit.write_text('{"lowest_reader": 1}\n}\n')
        _, (folder,) = both(lineage_of([summary], output=lake))
        assert folder.name == summary.path
        assert facets(folder).keys() == {"dataSource", "drivedelta_increments"}

    def test_whose_store_cannot_be_reached_any_more_is_told_by_name(self, airflow_home: Path) -> None:
        summary = fed(1, path="s3://bucket/lake/drive-b~211")
        (source,), (folder,) = both(lineage_of([summary], output="s3://gone_connection@bucket/lake"))
        assert (source.name, folder.namespace, folder.name) == ("b!1", "s3://bucket", "lake/drive-b~211")
        assert facets(folder).keys() == {"dataSource", "drivedelta_increments"}


class TestAList:
    def test_has_its_own_columns_quiet_or_not(self, pull: Pull, lake: str) -> None:
        with serve_team() as team:
            command = ["pull", "list", "--site-url", team.open_site, "--list", "Ann's tasks"]
            first, second = pull(*command), pull(*command)
            tasks = team.tasks.id
        assert second.kind == "quiet"
        for summary in (first, second):
            (source,), (folder,) = both(lineage_of([summary], output=lake))
            assert (source.namespace, source.name) == ("drivedelta://lists", tasks)
            assert columns(folder)["title"]["type"] == "string"
            assert "due_date" in columns(folder)


class TestManyFeeds:
    @pytest.fixture
    def many(self) -> list[Summary]:
        """Of forty drives only the last one has news."""
        quiet = [fed(number) for number in range(39)]
        return [*quiet, fed(39, kind="incremental", increment=2, from_increment=2, to_increment=2, rows=1)]

    def test_are_all_named_those_with_news_first(self, many: list[Summary], tmp_path: Path) -> None:
        sources, folders = both(lineage_of(many, output=str(tmp_path)))
        assert sources[0].name == "b!39"
        assert len({source.name for source in sources}) == len({folder.name for folder in folders}) == 40

    def test_are_told_in_full_only_as_far_as_an_event_bears(self, many: list[Summary], tmp_path: Path) -> None:
        sources, folders = both(lineage_of(many, output=str(tmp_path)))
        for datasets in (sources, folders):
            assert [bool(facets(each)) for each in datasets] == [True] * TOLD_IN_FULL + [False] * 20
        assert sum(len(Serde.to_json(each)) for each in (*sources, *folders)) < 500_000

    def test_of_a_task_may_be_none(self) -> None:
        assert both(lineage_of([], output="s3://gone@nowhere")) == ([], [])


def fed(number: int, **of_the_run: object) -> Summary:
    named: dict[str, object] = {"feed": f"drive-b~21{number}--0", "source": f"drives/b!{number}", "protocol": "graph"}
    return Summary(**named | {"kind": "quiet", "path": f"/lake/drive-b~21{number}"} | of_the_run)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "account", "name"),
    [
        ("/lake/drive-d", "", naming.LocalFileSystem("/lake/drive-d")),
        ("file:///lake/with%20blank", "", naming.LocalFileSystem("/lake/with blank")),
        ("s3://bucket/lake/drive-d", "", naming.S3("bucket", "lake/drive-d")),
        ("s3a://bucket/lake", "", naming.S3("bucket", "lake")),
        ("gcs://bucket/lake", "", naming.GCS("bucket", "lake")),
        ("abfss://box@acme.dfs.core.windows.net/lake", "", naming.ABFSS("box", "acme", "lake")),
        ("abfs://box/lake", "acme", naming.ABFSS("box", "acme", "lake")),
    ],
)
def test_a_folder_is_called_as_openlineage_has_it(path: str, account: str, name: naming.DatasetNaming) -> None:
    assert folder_name(path, account=account) == (name.get_namespace(), name.get_name())


class TestAnOperator:
    @dataclass
    class Operator(TellsLineage):
        output_path: str

    def test_tells_openlineage_of_each_feed_once_as_it_ended_last(self, airflow_home: Path, tmp_path: Path) -> None:
        operator, hook = self.Operator(str(tmp_path)), DriveDeltaHook()
        operator.tell_lineage(fed(1), context=hook)
        operator.tell_lineage(fed(2), fed(1, kind="reload"), context=hook)
        _, folders = both(operator.get_openlineage_facets_on_complete(None))
        kinds = [(folder.name, facets(folder)["drivedelta_increments"]["kind"]) for folder in folders]
        assert kinds == [("/lake/drive-b~211", "reload"), ("/lake/drive-b~212", "quiet")]

    def test_that_was_told_of_no_feed_tells_of_none(self) -> None:
        assert both(self.Operator("/lake").get_openlineage_facets_on_complete(None)) == ([], [])


class TestHookLineage:
    def test_has_the_source_and_the_folder(self, airflow_home: Path) -> None:
        collector, hook = HookLineageCollector(), DriveDeltaHook()
        collect([fed(1), fed(2)], collector, context=hook)
        seen = collector.collected_assets
        assert [found.asset.uri for found in seen.inputs] == ["drivedelta://drives/b!1", "drivedelta://drives/b!2"]
        assert [found.asset.uri for found in seen.outputs] == ["file:///lake/drive-b~211", "file:///lake/drive-b~212"]
        assert {found.context for found in (*seen.inputs, *seen.outputs)} == {hook}

    def test_and_openlineage_takes_the_same_names_from_it(self, airflow_home: Path) -> None:
        from airflow.providers.common.compat.openlineage.utils.utils import translate_airflow_asset
        from airflow.sdk import Asset

        named = translate_airflow_asset(Asset(uri="drivedelta://drives/b!1"), None)
        assert (named.namespace, named.name) == ("drivedelta://drives", "b!1")


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_store_behind_a_connection_is_read_in_a_fork_too(
    airflow: Airflow, contoso: Contoso, s3_server: StoreServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OpenLineage's listener asks in a fork of the task's process, which has spoken to the store before."""
    airflow.connect(**contoso.signing_in())
    monkeypatch.setenv("AIRFLOW_CONN_LAKE_STORE", json.dumps(as_aws(s3_server)))
    output = s3_server.output().address.replace("s3://", "s3://lake_store@")
    summary = Summary(**airflow.play(source=contoso.source, output=output).summary)  # type: ignore[arg-type]
    told = tmp_path / "told.json"
    if not (child := os.fork()):
        try:
            told.write_text(Serde.to_json(lineage_of([summary], output=output).outputs[0]))
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    folder = json.loads(told.read_text())
    assert folder["outputFacets"]["outputStatistics"]["rowCount"] == 4
    assert "schema" in folder["facets"]


def test_without_openlineage_nothing_of_it_is_imported() -> None:
    code = """
import sys
sys.modules["openlineage"] = None  # as where it is not installed
from airflow_provider_drivedelta.core.summary import Summary
from airflow_provider_drivedelta.lineage import TellsLineage
told = TellsLineage()
told.tell_lineage(Summary(feed="f", source="drives/d", protocol="graph", kind="quiet", path="/lake/d"), context=None)
print(*{"pyarrow", "duckdb", "msal", "requests", "pandas"} & set(sys.modules))
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []


DAG = """
from airflow.sdk import DAG
from airflow_provider_drivedelta.operators import DriveDeltaToParquetOperator

with DAG({name!r}, schedule=None) as dag:
    DriveDeltaToParquetOperator(task_id="pull", source={source!r}, output={output!r})
"""

PLAY = "from airflow.dag_processing.dagbag import DagBag; DagBag({file!r}).dags[{name!r}].test()"


@pytest.mark.timeout(300)
def test_a_run_sends_a_real_openlineage_event(airflow_home: Path, contoso: Contoso, tmp_path: Path) -> None:
    """The OpenLineage provider is on, listens to a DAG's run and writes its events to a file."""
    file, events, lake = airflow_home / "dags" / "lineage.py", tmp_path / "events", tmp_path / "lake"
    file.write_text(DAG.format(name="lineage", source=contoso.source, output=str(lake)))
    transport = {"type": "file", "log_file_path": str(events), "append": True}
    connection = {"conn_type": "drivedelta", **contoso.signing_in()}
    env = {"AIRFLOW__OPENLINEAGE__TRANSPORT": json.dumps(transport), "AIRFLOW__OPENLINEAGE__NAMESPACE": "acme"}
    env["AIRFLOW_CONN_DRIVEDELTA_DEFAULT"] = json.dumps(connection)
    play = [sys.executable, "-c", PLAY.format(file=str(file), name="lineage")]
    try:
        run = subprocess.run(play, env=os.environ | env, capture_output=True, text=True, timeout=280)
    finally:
        file.unlink()
    assert run.returncode == 0, run.stdout + run.stderr
    told = events.read_text()
    (done,) = [event for event in map(json.loads, told.splitlines()) if is_of_the_task(event)]
    (source,), (folder,) = done["inputs"], done["outputs"]
    assert (source["namespace"], source["name"]) == ("drivedelta://drives", contoso.emulator.drive.id)
    assert (folder["namespace"], folder["name"]) == ("file", str(next(lake.iterdir())))
    assert folder["outputFacets"]["outputStatistics"]["rowCount"] == 4
    assert {"_op", "path", "size"} < {field["name"] for field in folder["facets"]["schema"]["fields"]}
    assert folder["facets"]["drivedelta_increments"]["to_increment"] == 1
    assert not re.search(f"{SECRET}|[?&]token=|Bearer ", told)


def is_of_the_task(event: dict[str, dict[str, str]]) -> bool:
    return event["job"]["name"] == "lineage.pull" and event["eventType"] == "COMPLETE"  # type: ignore[comparison-overlap]


def both(lineage: OperatorLineage[Dataset, RunFacet]) -> tuple[list[Dataset], list[Dataset]]:
    return lineage.inputs, lineage.outputs


def shown(facet: dict[str, object]) -> dict[str, object]:
    """The facet's own fields."""
    return {name: value for name, value in facet.items() if not name.startswith("_")}
