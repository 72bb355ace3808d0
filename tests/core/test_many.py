"""Many feeds in one run: bounded threads, an end for each, turns for what takes memory, and one word that stops all."""

from __future__ import annotations

import logging
import signal
import threading
from pathlib import Path

import pytest

from airflow_provider_drivedelta.core.capture import DriveCapture, capture_drive
from airflow_provider_drivedelta.core.errors import FixSetup, RetryLater
from airflow_provider_drivedelta.core.many import FOLDS_AT_ONCE, Company, SameFeed, do_each
from airflow_provider_drivedelta.core.sources import Drive
from airflow_provider_drivedelta.core.transport import ThrottleGate
from tests.core.played import FakeTime, connect, tree
from tests.graph_service import GraphService, Reply, Script, Seen, file_item


@pytest.fixture
def gate() -> ThrottleGate:
    return ThrottleGate(max_wait=60)


class TestDoingEach:
    def test_the_ends_come_in_the_order_given_and_a_failure_is_its_own(self, gate: ThrottleGate) -> None:
        wrong = FixSetup("No permission")

        def do(job: int) -> int:
            if job == 2:
                raise wrong
            if job == 3:
                raise SameFeed("the first")
            return job * 10

        ends = do_each([1, 2, 3, 4], do, gate=gate, threads=3)
        assert [end.job for end in ends] == [1, 2, 3, 4]
        assert [end.answer for end in ends] == [10, None, None, 40]
        assert [end.failure for end in ends] == [None, wrong, None, None]
        assert [end.same_as for end in ends] == ["", "", "the first", ""]

    def test_an_error_that_nobody_foresaw_is_logged_with_its_traceback_and_stops_no_other(
        self, gate: ThrottleGate, caplog: pytest.LogCaptureFixture
    ) -> None:
        ends = do_each([0, 1], lambda job: 1 // job, gate=gate, threads=2)
        assert isinstance(ends[0].failure, ZeroDivisionError)
        assert ends[1].answer == 1
        assert "ZeroDivisionError" in caplog.text

    def test_no_more_are_done_at_a_time_than_were_asked_for(self, gate: ThrottleGate) -> None:
        together, most, lock = threading.Barrier(3), [0, 0], threading.Lock()

        def do(_: int) -> None:
            with lock:
                most[0] += 1
                most[1] = max(most)
            together.wait(10)
            with lock:
                most[0] -= 1

        do_each(range(9), do, gate=gate, threads=3)
        assert most[1] == 3

    def test_none_is_none(self, gate: ThrottleGate) -> None:
        assert do_each([], print, gate=gate, threads=3) == []

    def test_ctrl_c_stops_those_that_wait_and_those_that_have_not_begun(self, gate: ThrottleGate) -> None:
        begun, ended, both = [], [], threading.Barrier(2)

        def do(job: int) -> None:
            begun.append(job)
            if job < 2 and both.wait(10) == 0:
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
            try:
                gate.pause(60)
            finally:
                ended.append(job)

        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            with pytest.raises(KeyboardInterrupt):
                do_each(range(50), do, gate=gate, threads=2)
        finally:
            signal.signal(signal.SIGINT, before)
        assert sorted(begun) == sorted(ended)
        assert len(begun) < 50


class TestCompany:
    def test_a_feed_is_for_one_source_alone(self, gate: ThrottleGate) -> None:
        company = Company(gate)
        company.claim("drive-1", "drives/1")
        company.claim("drive-2", "drives/2")
        with pytest.raises(SameFeed, match="drives/1"):
            company.claim("drive-1", "users/ann")

    def test_few_fold_at_a_time(self, gate: ThrottleGate) -> None:
        company, together, most = Company(gate), threading.Barrier(FOLDS_AT_ONCE), [0, 0]
        lock = threading.Lock()

        def fold(_: int) -> None:
            with company.turn():
                with lock:
                    most[0] += 1
                    most[1] = max(most)
                together.wait(10)
                with lock:
                    most[0] -= 1
                together.wait(10)

        assert not any(end.failure for end in do_each(range(6), fold, gate=gate, threads=6))
        assert most[1] == FOLDS_AT_ONCE

    def test_who_waits_for_a_turn_hears_that_the_run_stops(self, gate: ThrottleGate) -> None:
        company = Company(gate, folds=1)
        with company.turn():
            gate.stop()
            with pytest.raises(RetryLater, match="told to stop"), company.turn():
                pass


class TestDrivesSideBySide:
    """Real pulls, through one session and one gate."""

    def serve(self, service: GraphService, *names: str) -> None:
        for name in names:
            service.on(f"/v1.0/drives/{name}/root/delta", service.page([file_item("a")], delta=f"/{name}-1"))

    def pull(
        self, service: GraphService, output: Path, *names: str, gate: ThrottleGate, threads: int = 4
    ) -> list[object]:
        """Of each drive what its summary counts, or its error."""
        company = Company(gate)
        with connect(service) as transport:
            ends = do_each(
                names,
                lambda name: capture_drive(
                    DriveCapture(source=Drive("drives", name), output=str(output)),
                    base_url=service.url,
                    transport=transport.for_feed(gate),
                    company=company,
                ),
                gate=gate,
                threads=threads,
            )
        return [end.failure or (end.answer and (end.answer.kind, end.answer.requests)) for end in ends]

    def test_each_counts_its_own_requests_and_waits(
        self, service: GraphService, tmp_path: Path, time: FakeTime
    ) -> None:
        gate = ThrottleGate(max_wait=60, sleep=time.sleep, clock=time.clock)
        self.serve(service, "ann", "bob")
        service.replace(
            "/v1.0/drives/ann/root/delta",
            Reply(429, headers={"Retry-After": "7"}),
            service.page([file_item("a")], delta="/ann-1"),
        )
        told = self.pull(service, tmp_path, "ann", "bob", gate=gate, threads=1)
        assert told == [("initial", 2), ("initial", 1)]
        assert gate.waited == 7

    def test_a_stop_in_the_middle_publishes_nothing_by_half(
        self, service: GraphService, tmp_path: Path, gate: ThrottleGate
    ) -> None:
        self.serve(service, "ann", "bob", "cid")
        assert self.pull(service, tmp_path, "ann", gate=gate) == [("initial", 1)]
        before = tree(tmp_path)

        def stop(reply: Reply) -> Script:
            def answer(_: Seen) -> Reply:
                gate.stop()
                return reply

            return answer

        more = service.page([file_item("b")], next="/v1.0/bob-more")
        service.replace("/v1.0/drives/bob/root/delta", stop(more))
        told = self.pull(service, tmp_path, "bob", "cid", gate=gate, threads=1)
        assert [type(end) for end in told] == [RetryLater, RetryLater]
        assert "/v1.0/bob-more" not in service.targets
        assert tree(tmp_path) == before

    def test_a_vanished_drive_fails_alone(
        self, service: GraphService, tmp_path: Path, gate: ThrottleGate, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO)
        self.serve(service, "ann", "cid")
        service.on("/v1.0/drives/bob/root/delta", Reply.json({"error": {"code": "itemNotFound"}}, 404))
        told = self.pull(service, tmp_path, "ann", "bob", "cid", gate=gate)
        assert (told[0], type(told[1]), told[2]) == (("initial", 1), FixSetup, ("initial", 1))
