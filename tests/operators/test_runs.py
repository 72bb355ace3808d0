"""What a pull does in each of Airflow's kinds of run: cleared, of a backfill, caught up, put off by a busy service."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.conftest import Contoso
from tests.play import Airflow, Played

MIDNIGHT = datetime(2026, 11, 20, tzinfo=UTC)
DAY = timedelta(days=1)

Pull = dict[str, object]


def asked(contoso: Contoso) -> list[str]:
    """What the service was asked since this was asked last."""
    paths = [request.path for request in contoso.emulator.requests]
    contoso.emulator.clear_requests()
    return paths


def committed_at(run: Played, *moments: datetime) -> None:
    """Let the feed's increments have been committed at these moments."""
    for increment, moment in enumerate(moments, start=1):
        path = Path(str(run.summary["path"]), f"_drivedelta/log/{increment:08d}.json")
        path.write_text(
            json.dumps(json.loads(path.read_text()) | {"committed_at": moment.isoformat()}, indent=1) + "\n"
        )


def span(run: Played) -> tuple[object, ...]:
    return tuple(run.summary[name] for name in ("kind", "from_increment", "to_increment"))


def scheduled(name: str, *, cleared: int = 0) -> dict[str, object]:
    return {"run_type": "scheduled", "run_id": f"scheduled__{name}", "clear_number": cleared}


def backfill(start: datetime | None, end: datetime | None, **more: object) -> dict[str, object]:
    interval = {"data_interval_start": start, "data_interval_end": end}
    return {"run_type": "backfill", "run_id": f"backfill__{end and end.isoformat()}", **interval, **more}


class TestClearedAndRunAgain:
    """H1."""

    def test_it_returns_the_increment_that_the_run_committed_and_moves_nothing(
        self, airflow: Airflow, contoso: Contoso, pull: Pull
    ) -> None:
        """H1."""
        airflow.play(**pull, run=scheduled("1"))
        contoso.emulator.drive.create_file("d.txt", b"d")
        first = airflow.play(**pull, run=scheduled("2"), asset_alias="changes")
        contoso.emulator.drive.create_file("e.txt", b"e")
        token = airflow.variable_text()
        asked(contoso)
        again = airflow.play(**pull, run=scheduled("2", cleared=1), asset_alias="changes")
        assert span(again) == ("replay", 2, 2)
        assert again.summary == first.summary | {"kind": "replay", "pages": 0, "requests": 0}
        assert airflow.variable_text() == token
        assert asked(contoso) == []
        assert span(airflow.play(**pull, run=scheduled("3"))) == ("incremental", 3, 3)

    def test_its_event_is_marked_and_those_of_first_runs_are_not(self, airflow: Airflow, pull: Pull) -> None:
        """H1."""
        arguments = pull | {"raw": "outlets=[AssetAlias('changes'), Asset('file:///mine')]"}
        first = airflow.play(**arguments, run=scheduled("1"))
        assert ["replayed" in extra for _, extra in first.events] == [False, False]
        again = airflow.play(**arguments, run=scheduled("1", cleared=1))
        marked = [extra for _, extra in again.events[len(first.events) :]]
        assert marked == [again.summary | {"replayed": True}] * 2

    def test_a_full_reload_of_the_runs_conf_is_not_done_again(
        self, airflow: Airflow, contoso: Contoso, pull: Pull
    ) -> None:
        """H1."""
        airflow.play(**pull)
        conf: dict[str, object] = {"full_reload": True}
        assert span(airflow.play(**pull, run=scheduled("2"), conf=conf)) == ("reload", 2, 2)
        asked(contoso)
        assert span(airflow.play(**pull, run=scheduled("2", cleared=1), conf=conf)) == ("replay", 2, 2)
        assert asked(contoso) == []

    def test_a_drive_addressed_by_its_owner_is_looked_up_and_no_more(
        self, airflow: Airflow, contoso: Contoso, pull: Pull
    ) -> None:
        by_user = pull | {"source": "users/ada@contoso.com"}
        airflow.play(**by_user, run=scheduled("1"))
        asked(contoso)
        assert span(airflow.play(**by_user, run=scheduled("1", cleared=1))) == ("replay", 1, 1)
        assert [path for path in asked(contoso) if path.startswith("/v1.0")] == ["/v1.0/users/ada@contoso.com/drive"]

    def test_mapped_tasks_are_runs_of_their_own(self, airflow: Airflow, contoso: Contoso, pull: Pull) -> None:
        """H1, H4. The same drive into two outputs: the second was not there when the run was first played."""
        del pull["output"]
        outputs = [str(Path(airflow.home, name)) for name in ("one", "two")]
        one = airflow.play(**pull, expand={"output": outputs[:1]}, run=scheduled("1"))
        both = airflow.play(**pull, expand={"output": outputs}, run=scheduled("1", cleared=1))
        assert (one.states, both.states) == (["success"], ["success", "success"])
        kinds = {str(json.loads(line)["run"])[-3:] for line in log_lines(*outputs)}
        assert kinds == {"[0]", "[1]"}

    def test_a_retry_of_a_run_that_died_before_it_could_tell_tells_it_now(
        self, airflow: Airflow, contoso: Contoso, pull: Pull
    ) -> None:
        """E2. Nobody cleared anything, so nothing says that it was told before."""
        airflow.play(**pull, run=scheduled("1"))
        asked(contoso)
        again = airflow.play(**pull, run=scheduled("1"), asset_alias="changes")
        assert (span(again), len(again.events)) == (("initial", 1, 1), 1)
        assert "replayed" not in again.events[0][1]
        assert asked(contoso) == []

    def test_an_increment_that_another_run_left_behind_is_announced_by_the_run_that_adopts_it(
        self, airflow: Airflow, contoso: Contoso, pull: Pull
    ) -> None:
        """E1, E5. The run died between its commit and its token."""
        airflow.play(**pull)
        token, key = airflow.variable_text(), str((airflow.variable() or {})["key"])
        contoso.emulator.drive.create_file("d.txt", b"d")
        airflow.play(**pull, run=scheduled("died"))
        airflow.set_variable(key, token)
        adopting = airflow.play(**pull, run=scheduled("next"), asset_alias="changes")
        assert span(adopting) == ("quiet", 2, 2)
        assert [extra for _, extra in adopting.events] == [adopting.summary]


def log_lines(*outputs: str) -> list[str]:
    return [
        json.dumps(json.loads(path.read_text()))
        for output in outputs
        for path in Path(output).glob("*/_drivedelta/log/*.json")
    ]


@pytest.fixture
def two_days(airflow: Airflow, contoso: Contoso, pull: Pull) -> Pull:
    """Two increments, committed five minutes after midnight of two days."""
    airflow.play(**pull)
    contoso.emulator.drive.create_file("d.txt", b"d")
    late = timedelta(minutes=5)
    committed_at(airflow.play(**pull), MIDNIGHT + late, MIDNIGHT + DAY + late)
    asked(contoso)
    return pull


class TestBackfill:
    """H2."""

    @pytest.mark.parametrize(
        ("schedule", "run", "found"),
        [
            # Two ticks with nothing between them: what was committed since the tick before is the run's.
            ("'@daily'", backfill(MIDNIGHT + DAY, MIDNIGHT + DAY), (1, 1)),
            ("'@daily'", backfill(MIDNIGHT + 2 * DAY, MIDNIGHT + 2 * DAY), (2, 2)),
            ("'0 0 1,21,22 * *'", backfill(MIDNIGHT + 2 * DAY, MIDNIGHT + 2 * DAY), (2, 2)),
            ("'0 0 1,22 * *'", backfill(MIDNIGHT + 2 * DAY, MIDNIGHT + 2 * DAY), (1, 2)),
            ("timedelta(hours=12)", backfill(MIDNIGHT + DAY / 2, MIDNIGHT + DAY / 2), (1, 1)),
            # A data interval says it all.
            ("'@daily'", backfill(MIDNIGHT, MIDNIGHT + DAY), (1, 1)),
            ("'@weekly'", backfill(MIDNIGHT - 5 * DAY, MIDNIGHT + 2 * DAY), (1, 2)),
            ("CronPartitionTimetable('@daily', timezone='UTC')", backfill(None, None, partition_date=MIDNIGHT), (1, 1)),
            (
                "CronPartitionTimetable('0 */12 * * *', timezone='UTC')",
                backfill(None, None, partition_date=MIDNIGHT + DAY),
                (2, 2),
            ),
        ],
    )
    def test_a_run_hands_out_what_was_committed_in_its_window(
        self,
        airflow: Airflow,
        contoso: Contoso,
        two_days: Pull,
        schedule: str,
        run: dict[str, object],
        found: tuple[int, int],
    ) -> None:
        """H2."""
        token = airflow.variable_text()
        played = airflow.play(**two_days, schedule=schedule, run=run, asset_alias="changes")
        assert span(played) == ("replay", *found)
        assert [extra for _, extra in played.events] == [played.summary | {"replayed": True}]
        assert asked(contoso) == []
        assert airflow.variable_text() == token

    @pytest.mark.parametrize("end", [MIDNIGHT, MIDNIGHT + 3 * DAY])
    def test_a_run_whose_window_has_nothing_skips_and_says_so(
        self, airflow: Airflow, two_days: Pull, end: datetime
    ) -> None:
        """H2."""
        run = airflow.play(**two_days, schedule="'@daily'", run=backfill(end, end), asset_alias="changes")
        assert (run.state, run.events) == ("skipped", [])
        assert "was captured in this run's window" in run.log

    def test_a_timetable_that_cannot_be_asked_is_an_error_and_not_a_guess(
        self, airflow: Airflow, two_days: Pull
    ) -> None:
        """H2."""
        end = MIDNIGHT + DAY
        run = airflow.play(**two_days, schedule="None", run=backfill(end, end), retries=1)
        assert (run.state, run.tries) == ("failed", 1)
        assert "NullTimetable cannot tell when the run before it was due" in run.log
        assert "on_backfill='run' or 'skip'" in run.log

    def test_on_backfill_run_pulls_like_any_other(self, airflow: Airflow, contoso: Contoso, two_days: Pull) -> None:
        contoso.emulator.drive.create_file("e.txt", b"e")
        run = airflow.play(**two_days, on_backfill="run", run=backfill(MIDNIGHT, MIDNIGHT + DAY))
        assert span(run) == ("incremental", 3, 3)

    def test_on_backfill_skip_skips(self, airflow: Airflow, contoso: Contoso, two_days: Pull) -> None:
        run = airflow.play(**two_days, on_backfill="skip", run=backfill(MIDNIGHT, MIDNIGHT + DAY))
        assert (run.state, asked(contoso)) == ("skipped", [])

    def test_a_dry_run_tells_what_it_would_hand_out_and_announces_nothing(
        self, airflow: Airflow, two_days: Pull
    ) -> None:
        window = backfill(MIDNIGHT, MIDNIGHT + DAY)
        run = airflow.play(**two_days, dry_run=True, asset_alias="changes", run=window)
        assert (span(run), run.events) == (("replay", 1, 1), [])

    def test_a_full_reload_in_its_conf_contradicts_it(self, airflow: Airflow, contoso: Contoso, two_days: Pull) -> None:
        window = backfill(MIDNIGHT, MIDNIGHT + DAY)
        run = airflow.play(**two_days, conf={"full_reload": True}, run=window)
        assert (run.state, asked(contoso)) == ("failed", [])
        assert "Trigger a run of its own for the full_reload" in run.log
        played = airflow.play(**two_days, on_backfill="run", conf={"full_reload": True}, run=window)
        assert played.summary["kind"] == "reload"

    def test_a_full_reload_that_every_run_is_to_do_is_not_for_the_past(self, airflow: Airflow, two_days: Pull) -> None:
        run = airflow.play(**two_days, full_reload=True, run=backfill(MIDNIGHT, MIDNIGHT + DAY))
        assert span(run) == ("replay", 1, 1)

    def test_beside_the_schedule_neither_loses_nor_doubles(
        self, airflow: Airflow, contoso: Contoso, two_days: Pull
    ) -> None:
        """H2. Between two runs of the schedule comes a backfill of the two days."""
        contoso.emulator.drive.create_file("e.txt", b"e")
        days = [backfill(MIDNIGHT + n * DAY, MIDNIGHT + (n + 1) * DAY) for n in range(2)]
        replayed = [span(airflow.play(**two_days, run=day)) for day in days]
        assert replayed == [("replay", 1, 1), ("replay", 2, 2)]
        assert span(airflow.play(**two_days, run=scheduled("3"))) == ("incremental", 3, 3)

    def test_another_word_is_found_when_the_dag_is_parsed(self, airflow: Airflow) -> None:
        from airflow_provider_drivedelta.operators import DriveDeltaToParquetOperator

        with pytest.raises(ValueError, match="'replay' or 'run' or 'skip'"):
            DriveDeltaToParquetOperator(task_id="t", source="me", output="o", on_backfill="again")  # type: ignore[arg-type]


class TestRunsWithoutDates:
    """H3."""

    def test_of_several_that_catch_up_the_first_finds_the_changes(
        self, airflow: Airflow, contoso: Contoso, pull: Pull
    ) -> None:
        """H3. They come in any order; what is asked for is what changed, whatever day it is."""
        airflow.play(**pull)
        contoso.emulator.drive.create_file("d.txt", b"d")
        days = (MIDNIGHT + 2 * DAY, MIDNIGHT, MIDNIGHT + DAY)
        runs = [
            airflow.play(**pull, run=scheduled(day.isoformat()), logical_date=day, schedule="'@daily'") for day in days
        ]
        assert [span(run) for run in runs] == [("incremental", 2, 2), ("quiet", None, None), ("quiet", None, None)]
        assert {run.state for run in runs} == {"success"}

    @pytest.mark.parametrize("run_type", ["manual", "asset_triggered", "operator_triggered"])
    def test_one_without_a_logical_date_is_an_increment(self, airflow: Airflow, pull: Pull, run_type: str) -> None:
        """H3."""
        assert span(airflow.play(**pull, run={"run_type": run_type})) == ("initial", 1, 1)


def throttle(contoso: Contoso, seconds: int, times: int) -> None:
    reply = {"status": 429, "headers": {"Retry-After": str(seconds)}}
    contoso.emulator.faults([{"match": {"path": "/delta", "times": times}, "reply": reply}])


class TestABusyService:
    def test_the_worker_is_freed_and_the_run_goes_on_when_it_is_time(
        self, airflow: Airflow, contoso: Contoso, pull: Pull
    ) -> None:
        """F1. Still the first try: to wait is no failure."""
        throttle(contoso, 1, times=2)
        run = airflow.play(**pull, max_wait=0.5, deferrable=True)
        assert (run.state, run.tries, span(run)) == ("success", 1, ("initial", 1, 1))
        assert run.log.count("going on in 1 s") == 2

    def test_without_a_triggerer_it_is_a_matter_for_retries(
        self, airflow: Airflow, contoso: Contoso, pull: Pull
    ) -> None:
        throttle(contoso, 3000, times=1)
        run = airflow.play(**pull, max_wait=1, retries=1, raw="retry_delay=timedelta(0)")
        assert (run.state, run.tries) == ("success", 2)
