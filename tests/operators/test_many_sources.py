"""Many drives in one task, in a real Airflow: each ends by itself, and the task tells of all together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from airflow_provider_drivedelta.emulator import Drive, Emulator
from airflow_provider_drivedelta.operators import DriveDeltaToParquetOperator
from tests.conftest import Contoso
from tests.play import DAG_FILE, Airflow, Played

NAMES = ("Ann", "Bob", "Cid", "Dan")

Pull = dict[str, object]


@dataclass(frozen=True)
class Company:
    """Four people with a drive of one file each; a fifth drive may not be read."""

    emulator: Emulator

    def drive(self, name: str) -> Drive:
        return self.emulator.drives[(*NAMES, "Closed").index(name)]

    def source(self, name: str) -> str:
        return f"drives/{self.drive(name).id}"

    def asked(self) -> dict[str, int]:
        """How many requests there were about each drive since this was asked last."""
        paths = [request.path for request in self.emulator.requests]
        self.emulator.clear_requests()
        found = {name: sum(self.drive(name).id in path for path in paths) for name in (*NAMES, "Closed")}
        return {name: count for name, count in found.items() if count}

    def send_away(self, name: str, *, seconds: int, times: int = 1) -> None:
        reply = {"status": 429, "headers": {"Retry-After": str(seconds)}}
        match = {"path": re.escape(self.drive(name).id), "times": times}
        self.emulator.faults([{"match": match, "reply": reply}])


@pytest.fixture
def company() -> Iterator[Company]:
    drives = [Drive(name, seed=name) for name in (*NAMES, "Closed")]
    for drive in drives:
        drive.create_file("first.txt", b"1")
    owners = {f"users/{name.lower()}@contoso.com": [drive] for name, drive in zip(NAMES, drives, strict=False)}
    with Emulator(drives=drives, denied=[drives[-1].id], owners=owners) as emulator:
        yield Company(emulator)


@pytest.fixture
def pull(airflow: Airflow, company: Company, tmp_path: Path) -> Pull:
    """The arguments for all four drives; the Connection is there."""
    airflow.connect(**Contoso(company.emulator).with_token())
    sources = [{"source": company.source(name), "name": f"{name}'s drive"} for name in NAMES]
    return {"sources": sources, "output": str(tmp_path / "lake")}


def with_sources(pull: Pull, *sources: object) -> Pull:
    return pull | {"sources": list(sources)}


def counts(run: Played, *names: str) -> tuple[object, ...]:
    return tuple(run.summary[name] for name in names or ("sources", "published", "quiet", "rows"))


def kinds(run: Played) -> list[object]:
    feeds = run.summary["feeds"]
    assert isinstance(feeds, list)
    return [feed["kind"] for feed in feeds]


def test_first_reads_then_one_increment_then_quiet_with_one_request_each(
    airflow: Airflow, company: Company, pull: Pull
) -> None:
    first = airflow.play(**pull, asset_alias="changes")
    assert counts(first) == (4, 4, 0, 4)
    assert kinds(first) == ["initial"] * 4
    assert len(first.events) == len({uri for uri, _ in first.events}) == 4

    company.drive("Bob").create_file("second.txt", b"2")
    second = airflow.play(**pull, asset_alias="changes", raw="outlets=[Asset('file:///mine')]")
    assert counts(second) == (4, 1, 3, 1)
    ((_, told),) = [event for event in second.events if event[0] != "file:///mine"]
    assert (told["source"], told["inserted"]) == (company.source("Bob"), 1)
    ((_, together),) = [event for event in second.events if event[0] == "file:///mine"]
    assert together == second.summary

    company.asked()
    third = airflow.play(**pull, asset_alias="changes", skip_if_unchanged=True)
    assert (third.state, third.events) == ("skipped", [])
    assert company.asked() == dict.fromkeys(NAMES, 1)


class TestFailures:
    def test_those_that_only_a_person_can_mend_fail_alone_and_without_a_retry(
        self, airflow: Airflow, company: Company, pull: Pull
    ) -> None:
        """One may not be read, and one vanished since it was discovered; what comes from the service is no table."""
        closed = {"source": company.source("Closed"), "name": "Legal | Law\nprivate"}
        given = with_sources(pull, company.source("Ann"), closed, {"source": "drives/b!gone"}, company.source("Bob"))
        run = airflow.play(**given, retries=1, raw="retry_delay=timedelta(0)")
        assert (run.state, run.tries) == ("failed", 1)
        assert "2 of 4 sources failed; what the others brought is committed. A retry cannot help." in run.log
        assert re.search(rf"\| {company.source('Closed')} \| Legal / Law private \| .*403.* \| .+ \|", run.log)
        assert re.search(r"\| drives/b!gone \|  \| .*404.* \| .+ \|", run.log)
        company.asked()
        again = airflow.play(**with_sources(pull, company.source("Ann"), company.source("Bob")))
        assert (counts(again), company.asked()) == ((2, 0, 2, 0), {"Ann": 1, "Bob": 1})

    def test_a_retry_asks_only_for_those_that_failed(self, airflow: Airflow, company: Company, pull: Pull) -> None:
        """Neither what was published nor what was quiet in the first try is asked for again, and all of it is told."""
        airflow.play(**pull)
        company.drive("Ann").create_file("second.txt", b"2")
        company.send_away("Cid", seconds=3000)
        company.asked()
        run = airflow.play(
            **pull, threads=1, max_wait=1, retries=1, raw="retry_delay=timedelta(0), asset_alias='changes'"
        )
        assert (run.state, run.tries) == ("success", 2), run.log
        assert company.asked() == {"Ann": 1, "Bob": 1, "Cid": 2, "Dan": 1}
        assert "2 of 4 sources failed" in run.log  # Dan was sent away with Cid, without a request
        assert counts(run) == (4, 1, 3, 1)
        assert [extra["source"] for _, extra in run.events] == [company.source("Ann")]

    def test_where_some_may_pass_the_task_is_retried_for_their_sake(
        self, airflow: Airflow, company: Company, pull: Pull
    ) -> None:
        company.send_away("Ann", seconds=3000)
        given = with_sources(pull, company.source("Closed"), company.source("Ann"))
        run = airflow.play(**given, threads=1, max_wait=1, retries=1, raw="retry_delay=timedelta(0)")
        assert (run.state, run.tries) == ("failed", 2)
        assert "1 of them may pass" in run.log
        assert "1 of 2 sources failed; what the others brought is committed. A retry cannot help." in run.log

    def test_where_the_service_is_busy_the_worker_is_freed_until_it_is_time(
        self, airflow: Airflow, company: Company, pull: Pull
    ) -> None:
        """F1."""
        company.send_away("Bob", seconds=1)
        run = airflow.play(**pull, max_wait=0.5, deferrable=True)
        assert (run.state, run.tries, counts(run)) == ("success", 1, (4, 4, 0, 4))
        assert "going on in 1 s" in run.log

    def test_a_wait_that_is_short_enough_is_waited_once_for_all(
        self, airflow: Airflow, company: Company, pull: Pull
    ) -> None:
        company.send_away("Bob", seconds=1)
        run = airflow.play(**pull, max_wait=60)
        assert run.state == "success"
        assert run.summary["throttled_seconds"] == 1.0

    def test_a_list_that_is_none_is_an_error_before_anything_is_asked(
        self, airflow: Airflow, company: Company, pull: Pull
    ) -> None:
        run = airflow.play(**with_sources(pull, {"drive": "b!x"}), retries=1)
        assert (run.state, run.tries, company.asked()) == ("failed", 1, {})
        assert "A source has no source" in run.log

    def test_no_sources_at_all_are_no_failure(self, airflow: Airflow, pull: Pull) -> None:
        assert airflow.play(**with_sources(pull)).state == "skipped"


def test_a_feed_that_is_named_twice_is_pulled_once_and_told(airflow: Airflow, company: Company, pull: Pull) -> None:
    """Two spellings of one text, and a drive by its owner, which only the service can tell to be the same."""
    ann = company.source("Ann")
    run = airflow.play(**with_sources(pull, ann, f"/{ann}/root", "users/ann@contoso.com", company.source("Bob")))
    assert counts(run, "sources", "published", "repeated") == (4, 2, 2)
    assert run.log.count("is the same feed as") == 2


def test_tokens_beside_the_data_need_no_variables(
    airflow: Airflow, company: Company, pull: Pull, tmp_path: Path
) -> None:
    beside = pull | {"token_store": "output"}
    first, second = airflow.play(**beside), airflow.play(**beside)
    assert (counts(first), counts(second)) == ((4, 4, 0, 4), (4, 0, 4, 0))
    assert airflow.variable() is None
    assert len(list(tmp_path.glob("lake/*/_drivedelta/token.json"))) == 4


class TestWhatASingleSourceCanDo:
    def test_a_dry_run_writes_nothing(self, airflow: Airflow, pull: Pull, tmp_path: Path) -> None:
        run = airflow.play(**pull, dry_run=True, asset_alias="changes")
        assert (run.summary["inserted"], run.events, (tmp_path / "lake").exists()) == (4, [], False)

    def test_a_full_reload_reads_all_of_them_again(self, airflow: Airflow, company: Company, pull: Pull) -> None:
        airflow.play(**pull)
        company.asked()
        run = airflow.play(**pull, conf={"full_reload": True})
        assert (counts(run), company.asked()) == ((4, 0, 4, 0), dict.fromkeys(NAMES, 1))

    def test_a_backfill_hands_out_again_what_was_captured_of_each(
        self, airflow: Airflow, company: Company, pull: Pull
    ) -> None:
        airflow.play(**pull)
        company.asked()
        now = datetime.now(UTC)
        window: dict[str, object] = {
            "run_type": "backfill",
            "data_interval_start": now - timedelta(hours=1),
            "data_interval_end": now + timedelta(hours=1),
        }
        run = airflow.play(**pull, asset_alias="changes", run=window)
        assert (kinds(run), company.asked()) == (["replay"] * 4, {})
        assert [extra["replayed"] for _, extra in run.events] == [True] * 4
        before = window | {"data_interval_end": now - timedelta(minutes=30)}
        assert airflow.play(**pull, run=before).state == "skipped"

    def test_each_dead_token_is_left_to_a_reload_of_its_own(
        self, airflow: Airflow, company: Company, pull: Pull
    ) -> None:
        name = f"reload_{airflow.dag_id}"
        reload = "DriveDeltaToParquetOperator(task_id='r', source='{{ params.source }}', output='{{ params.output }}')"
        file = airflow.home / "dags" / f"{name}.py"
        file.write_text(DAG_FILE.format(dag_id=name, call=reload, schedule="None, params={'source': '', 'output': ''}"))
        try:
            airflow.play(**pull)
            company.emulator.expire()
            company.drive("Dan").create_file("second.txt", b"2")
            capture = pull | {"on_resync": "trigger", "reload_dag_id": name}
            runs = [airflow.play(**capture) for _ in range(2)]
            started = airflow.runs_of(name)
        finally:
            file.unlink()
        assert [run.state for run in runs] == ["skipped", "skipped"]
        assert sorted(str(conf["source"]) for _, conf in started) == sorted(company.source(name) for name in NAMES)

    def test_a_reconcile_gives_a_verdict_of_each(self, airflow: Airflow, company: Company, pull: Pull) -> None:
        run = airflow.play(**pull, operator="DriveDeltaReconcileOperator")
        assert counts(run, "sources", "in_sync", "drift") == (4, 4, 0)
        failing = with_sources(pull, company.source("Closed"), company.source("Ann"))
        assert airflow.play(**failing, operator="DriveDeltaReconcileOperator").state == "failed"


DISCOVERED = """
from airflow.sdk import DAG, task
from airflow_provider_drivedelta.operators import DriveDeltaToParquetOperator

with DAG({dag_id!r}, schedule=None):

    @task
    def discover():
        return {shards!r}

    DriveDeltaToParquetOperator.partial(task_id="pull", output={output!r}).expand(sources=discover())
"""


def test_mapped_tasks_are_called_by_names_that_are_never_taken_for_templates(
    airflow: Airflow, company: Company, pull: Pull, tmp_path: Path
) -> None:
    from airflow import settings
    from airflow.models.taskinstance import TaskInstance
    from sqlalchemy import select

    bad = "{{ var.value.get('x') }} {% raw %}"
    shards = [
        [{"source": company.source("Ann"), "name": bad}],
        [{"source": company.source(name), "name": f"{name} / Documents"} for name in ("Bob", "Cid", "Dan")],
    ]
    file = airflow.home / "dags" / f"{airflow.dag_id}.py"
    file.write_text(DISCOVERED.format(dag_id=airflow.dag_id, shards=shards, output=str(tmp_path / "lake")))
    run = airflow.play_file(file)
    assert run.states == ["success"] * 3, run.log
    assert settings.Session is not None
    with settings.Session.session_factory() as session:
        found = select(TaskInstance).filter_by(dag_id=airflow.dag_id, task_id="pull").order_by(TaskInstance.map_index)
        assert [ti.rendered_map_index for ti in session.scalars(found)] == [bad, "Bob / Documents and 2 more"]
    assert len(list(tmp_path.glob("lake/*"))) == 4


def test_all_shards_of_a_discovery_may_go_to_one_task(
    airflow: Airflow, company: Company, pull: Pull, tmp_path: Path
) -> None:
    shards = [[{"source": company.source(name), "name": "{{ bad }}"}] for name in NAMES]
    text = DISCOVERED.format(dag_id=airflow.dag_id, shards=shards, output=str(tmp_path / "lake"))
    file = airflow.home / "dags" / f"{airflow.dag_id}.py"
    called = re.sub(r"\.partial\((.*)\)\.expand\((.*)\)\n$", r"(\1, \2)\n", text)
    file.write_text(called)
    assert "expand" not in called
    run = airflow.play_file(file)
    assert run.states == ["success"] * 2, run.log
    assert len(list(tmp_path.glob("lake/*"))) == 4


class TestArguments:
    @pytest.mark.parametrize("given", [{}, {"source": "me", "sources": ["me"]}, {"source": "me", "threads": 0}])
    def test_a_contradiction_is_found_when_the_dag_is_parsed(self, given: dict[str, object]) -> None:
        with pytest.raises(ValueError, match=r"one of the two|it is 1 to 64"):
            DriveDeltaToParquetOperator(task_id="t", output="o", **given)  # type: ignore[arg-type]

    def test_on_kill_is_heard_by_whoever_asks_next(self) -> None:
        from airflow_provider_drivedelta.core.errors import RetryLater
        from airflow_provider_drivedelta.core.transport import ThrottleGate

        operator = DriveDeltaToParquetOperator(task_id="t", output="o", sources=["me"])
        operator.on_kill()  # before there is anything to stop
        operator.gate = ThrottleGate(max_wait=1)
        operator.on_kill()
        with pytest.raises(RetryLater, match="told to stop"):
            operator.gate.pass_through()
