"""What the operator does when the service refuses the token, and when a full read would delete very much."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from airflow.providers.common.compat.sdk import AirflowException, AirflowFailException
from airflow.sdk.exceptions import AirflowRuntimeError, ErrorType
from airflow.sdk.execution_time import task_runner
from airflow.sdk.execution_time.comms import ErrorResponse

from airflow_provider_drivedelta.core.errors import NeedsReload
from airflow_provider_drivedelta.operators import DriveDeltaToParquetOperator
from airflow_provider_drivedelta.operators.reload import start_reload
from tests.conftest import Contoso
from tests.play import DAG_FILE, Airflow

RELOAD = (
    "DriveDeltaToParquetOperator("
    "task_id='reload', source='{{ dag_run.conf.source }}', output='{{ dag_run.conf.output }}')"
)


def records(summary: dict[str, object], *columns: str) -> list[tuple[object, ...]]:
    """The change records of the increment that the summary tells of."""
    found = pq.read_table(f"{summary['path']}/changes").to_pylist()
    return [tuple(row[name] for name in columns) for row in found if row["_increment"] == summary["increment"]]


def asked(contoso: Contoso) -> int:
    """How many questions the service was asked about drives."""
    return sum(request.path.startswith("/v1.0") for request in contoso.emulator.requests)


class TestInline:
    def test_everything_is_read_again_and_only_differences_are_published(
        self, airflow: Airflow, contoso: Contoso, pull: dict[str, object]
    ) -> None:
        drive = contoso.emulator.drive
        airflow.play(**pull)
        drive.delete(drive.find("/Reports/b.txt").id)
        contoso.emulator.expire()
        run = airflow.play(**pull, asset_alias="changes")
        assert (run.state, run.summary["kind"]) == ("success", "resync")
        assert records(run.summary, "_op", "_cause", "name") == [("delete", "absent", "b.txt")]
        assert [extra for _, extra in run.events] == [run.summary]
        assert airflow.play(**pull).summary["kind"] == "quiet"

    def test_what_the_service_may_have_lost_is_deleted_if_you_say_so(
        self, airflow: Airflow, contoso: Contoso, pull: dict[str, object]
    ) -> None:
        drive = contoso.emulator.drive
        airflow.play(**pull)
        drive.delete(drive.find("/Reports/b.txt").id)
        contoso.emulator.expire(flavour="upload")
        run = airflow.play(**pull, on_unsure="delete")
        assert records(run.summary, "_op", "_cause", "name") == [("delete", "absent", "b.txt")]


def test_on_resync_fail_says_what_to_do_and_is_not_retried(
    airflow: Airflow, contoso: Contoso, pull: dict[str, object]
) -> None:
    airflow.play(**pull)
    contoso.emulator.expire()
    run = airflow.play(**pull, on_resync="fail", retries=1)
    assert (run.state, run.tries) == ("failed", 1)
    assert "Run once with on_resync='inline', which reads everything again" in run.log
    again = airflow.play(**pull, on_resync="fail", conf={"on_resync": "inline"})
    assert (again.state, again.summary["kind"], again.summary["rows"]) == ("success", "resync", 0)
    assert airflow.play(**pull, on_resync="fail").summary["kind"] == "quiet"


class TestTrigger:
    @pytest.fixture
    def reload_dag(self, airflow: Airflow) -> Iterator[Path]:
        """A DAG that pulls the source of its conf."""
        name = f"reload_{airflow.dag_id}"
        file = airflow.home / "dags" / f"{name}.py"
        file.write_text(DAG_FILE.format(dag_id=name, call=RELOAD, schedule="None"))
        yield file
        file.unlink()

    @pytest.fixture
    def capture(self, pull: dict[str, object], reload_dag: Path) -> dict[str, object]:
        return pull | {"on_resync": "trigger", "reload_dag_id": reload_dag.stem}

    def test_many_runs_that_meet_a_dead_token_start_one_reload_and_end_skipped(
        self, airflow: Airflow, contoso: Contoso, capture: dict[str, object], reload_dag: Path
    ) -> None:
        drive = contoso.emulator.drive
        airflow.play(**capture)
        drive.delete(drive.find("/Reports/b.txt").id)
        contoso.emulator.expire(flavour="upload")
        contoso.emulator.clear_requests()
        runs = [airflow.play(**capture, raw="outlets=[Asset('file:///mine')]") for _ in range(3)]
        assert [(run.state, run.events) for run in runs] == [("skipped", [])] * 3
        assert all("return_value" not in run.xcoms for run in runs)
        assert asked(contoso) == 3

        ((run_id, conf),) = airflow.runs_of(reload_dag.stem)
        feed = {"source": capture["source"], "output": capture["output"]}
        assert conf == {"on_resync": "inline"} | feed
        assert re.fullmatch(r"drivedelta_reload__drive-[\w.~-]+-[0-9a-f]+", run_id)

        reloaded = airflow.play_file(reload_dag, conf=conf)
        assert reloaded.summary["kind"] == "resync"
        assert records(reloaded.summary, "_op", "_cause", "name") == [("update", "absent_unsure", "b.txt")]
        assert airflow.play(**capture).summary["kind"] == "quiet"

    def test_the_next_dead_token_starts_a_reload_of_its_own(
        self, airflow: Airflow, contoso: Contoso, capture: dict[str, object], reload_dag: Path
    ) -> None:
        airflow.play(**capture)
        started = set()
        for _ in range(2):
            contoso.emulator.expire()
            assert airflow.play(**capture).state == "skipped"
            run_id, conf = airflow.runs_of(reload_dag.stem)[-1]
            started.add(run_id)
            assert airflow.play_file(reload_dag, conf=conf).summary["kind"] == "resync"
        assert len(started) == 2

    def test_a_folders_reload_is_told_which_folder(
        self, airflow: Airflow, contoso: Contoso, capture: dict[str, object], reload_dag: Path
    ) -> None:
        assert airflow.play(**capture, folder="/Reports").summary["inserted"] == 3
        contoso.emulator.expire()
        assert airflow.play(**capture, folder="/Reports").state == "skipped"
        ((_, conf),) = airflow.runs_of(reload_dag.stem)
        assert conf["folder"] == "/Reports"

    def test_a_dag_may_be_its_own_reload(self, airflow: Airflow, contoso: Contoso, pull: dict[str, object]) -> None:
        capture = pull | {"on_resync": "trigger", "reload_dag_id": airflow.dag_id}
        airflow.play(**capture)
        contoso.emulator.expire()
        assert airflow.play(**capture).state == "skipped"
        ((_, conf),) = airflow.runs_of(airflow.dag_id)
        assert airflow.play(**capture, conf=conf).summary["kind"] == "resync"

    @pytest.mark.parametrize(
        ("ended", "says"), [("failed", "which should read everything again, has failed"), ("success", "has succeeded")]
    )
    def test_a_reload_that_did_not_help_is_no_reason_to_skip_for_ever(
        self, airflow: Airflow, contoso: Contoso, capture: dict[str, object], reload_dag: Path, ended: str, says: str
    ) -> None:
        airflow.play(**capture)
        contoso.emulator.expire()
        airflow.play(**capture)
        airflow.end_run(reload_dag.stem, ended)
        run = airflow.play(**capture)
        assert run.state == "failed"
        assert says in run.log

    def test_a_dry_run_starts_nothing_and_counts_what_the_reload_would_publish(
        self, airflow: Airflow, contoso: Contoso, capture: dict[str, object], reload_dag: Path
    ) -> None:
        airflow.play(**capture)
        contoso.emulator.drive.create_file("d.txt", b"d")
        contoso.emulator.expire()
        run = airflow.play(**capture, dry_run=True)
        assert (run.summary["kind"], run.summary["inserted"]) == ("resync", 1)
        assert airflow.runs_of(reload_dag.stem) == []

    @pytest.mark.parametrize(
        "arguments", [{"on_resync": "trigger"}, {"reload_dag_id": "reload_drive"}, {"on_resync": "restart"}]
    )
    def test_half_a_choice_is_found_when_the_dag_is_parsed(self, arguments: dict[str, str]) -> None:
        with pytest.raises(ValueError, match="on_resync"):
            DriveDeltaToParquetOperator(task_id="t", source="me", output="o", **arguments)  # type: ignore[arg-type]


class RefusingSupervisor:
    """Stands where a worker's supervisor is, and answers as it does when the API server refuses."""

    def __init__(self, status: int) -> None:
        self.detail = {"status_code": status, "message": f"Server returned {status}"}

    def send(self, message: object) -> object:
        raise AirflowRuntimeError(ErrorResponse(error=ErrorType.API_SERVER_ERROR, detail=self.detail))


@pytest.mark.parametrize(
    ("status", "kind"), [(404, AirflowFailException), (400, AirflowFailException), (503, AirflowException)]
)
def test_a_reload_dag_that_cannot_be_started_fails_the_task(
    monkeypatch: pytest.MonkeyPatch, status: int, kind: type[Exception]
) -> None:
    """`dag.test()` has no supervisor of its own, so it cannot play this."""
    monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", RefusingSupervisor(status), raising=False)
    with pytest.raises(AirflowException, match="'reload_drive' could not be started") as caught:
        start_reload("reload_drive", NeedsReload("Refused", mark="feed-1"), feed={}, ti=None)  # type: ignore[arg-type]
    assert type(caught.value) is kind


class TestGuard:
    MANY = 120

    @pytest.fixture
    def emptied(self, airflow: Airflow, contoso: Contoso, pull: dict[str, object]) -> dict[str, object]:
        """A feed of many files whose folder somebody deletes while the token dies."""
        drive = contoso.emulator.drive
        folder = drive.create_folder("Old")
        with drive.batch():
            for number in range(self.MANY):
                drive.create_file(f"{number}.txt", b"", folder.id)
        airflow.play(**pull)
        drive.delete(folder.id)
        contoso.emulator.expire()
        return pull

    def held(self, log: str) -> str:
        found = re.search(r"confirm_deletes='(\w+)'", log)
        assert found
        return found[1]

    def test_a_big_delete_is_held_back_until_the_runs_conf_confirms_it(
        self, airflow: Airflow, contoso: Contoso, emptied: dict[str, object]
    ) -> None:
        run = airflow.play(**emptied, retries=1, asset_alias="changes")
        assert (run.state, run.tries, run.events) == ("failed", 1, [])
        assert f"A full read would delete {self.MANY + 1} of {self.MANY + 5} items, most of them in /Old" in run.log

        contoso.emulator.clear_requests()
        again = airflow.play(**emptied)
        assert (again.state, asked(contoso)) == ("failed", 1)
        assert self.held(again.log) == self.held(run.log)

        contoso.emulator.clear_requests()
        confirmed = airflow.play(**emptied, conf={"confirm_deletes": self.held(run.log)}, asset_alias="changes")
        assert (confirmed.state, confirmed.summary["deleted"]) == ("success", self.MANY + 1)
        assert [extra for _, extra in confirmed.events] == [confirmed.summary]
        assert [request.path for request in contoso.emulator.requests if "delta" in request.path] == []
        assert airflow.play(**emptied).summary["kind"] == "quiet"

    def test_the_argument_confirms_as_well(self, airflow: Airflow, emptied: dict[str, object]) -> None:
        held = self.held(airflow.play(**emptied).log)
        run = airflow.play(**emptied, confirm_deletes="{{ dag_run.conf.get('sure') }}", conf={"sure": held})
        assert run.summary["deleted"] == self.MANY + 1
        assert airflow.play(**emptied, confirm_deletes="{{ dag_run.conf.get('sure') }}").summary["kind"] == "quiet"

    def test_another_id_confirms_nothing(self, airflow: Airflow, emptied: dict[str, object]) -> None:
        held = self.held(airflow.play(**emptied).log)
        run = airflow.play(**emptied, conf={"confirm_deletes": "0" * 8})
        assert run.state == "failed"
        assert f"the one that waits is '{held}'" in run.log
