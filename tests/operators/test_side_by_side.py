"""What the sources of one task share, and what is each one's own."""

from __future__ import annotations

import json
import threading

import pytest
from structlog.contextvars import get_contextvars

from airflow_provider_drivedelta.core.transport import Transport
from airflow_provider_drivedelta.operators import DriveDeltaToParquetOperator, SharePointListDeltaToParquetOperator
from airflow_provider_drivedelta.operators.feed_operator import FeedOperator
from airflow_provider_drivedelta.operators.followed import Followed
from airflow_provider_drivedelta.operators.side_by_side import ask_each

SITES = ("https://contoso.sharepoint.com/sites/a", "https://contoso.sharepoint.com/sites/b")
HOME = "https://contoso-my.sharepoint.com/personal/ann"


class Asked:
    """Stands for a call of the core: notes what each source is given, and on which thread."""

    def __init__(self) -> None:
        self.ways: dict[str, Transport] = {}
        self.bases: dict[str, str] = {}
        self.told: dict[str, object] = {}
        self.threads: set[int] = set()

    def __call__(self, capture: Followed, *, base_url: str, transport: Transport, **_: object) -> str:
        self.ways[capture.source], self.bases[capture.source] = transport, base_url
        self.told[capture.source] = get_contextvars().get("feed")
        self.threads.add(threading.get_ident())
        return capture.source


@pytest.fixture(autouse=True)
def connection(monkeypatch: pytest.MonkeyPatch) -> None:
    fields = {"conn_type": "drivedelta", "extra": {"access_token": "t0ken"}}
    monkeypatch.setenv("AIRFLOW_CONN_DRIVEDELTA_DEFAULT", json.dumps(fields))


def ask(operator: FeedOperator) -> Asked:
    asked = Asked()
    endings = ask_each(operator, asked, lambda one: one)
    assert [ending.answer for ending in endings] == [ending.job.source for ending in endings]
    return asked


def test_each_has_its_name_on_every_line_of_the_log_and_the_thread_is_left_clean() -> None:
    """Airflow puts what is bound so beside the text of each line."""
    sources = [{"source": f"drives/{number}", "name": f"Drive {number}"} for number in range(20)]
    asked = ask(DriveDeltaToParquetOperator(task_id="t", output="o", sources=sources, threads=3))
    assert asked.told == {f"drives/{number}": f"Drive {number}" for number in range(20)}
    assert len(asked.threads) <= 3
    assert threading.get_ident() not in asked.threads


def test_drives_share_session_and_gate_but_no_counts() -> None:
    operator = DriveDeltaToParquetOperator(task_id="t", output="o", sources=["drives/1", "drives/2"])
    first, second = ask(operator).ways.values()
    assert first.gate is second.gate is operator.gate
    first.requests += 5
    assert second.requests == 0


def test_lists_are_asked_at_their_own_sites_with_one_session_a_host() -> None:
    """A thousand sites of one tenant are on a host or two."""
    sources = [{"site": site, "list": "Tasks"} for site in (*SITES, HOME)]
    operator = SharePointListDeltaToParquetOperator(task_id="t", output="o", sources=sources)
    asked = ask(operator)
    assert asked.bases == {f"{site}, Tasks": site for site in (*SITES, HOME)}
    hosts = {source: way.allowed for source, way in asked.ways.items()}
    assert len({id(way._session) for way in asked.ways.values()}) == len(set(hosts.values())) == 2
    assert {way.gate for way in asked.ways.values()} == {operator.gate}


def test_a_source_that_is_none_fails_alone() -> None:
    operator = DriveDeltaToParquetOperator(task_id="t", output="o", sources=["drives/1", "no/such/form"])

    def call(capture: object, **_: object) -> object:
        return capture

    good, bad = ask_each(operator, call, lambda one: operator.drive_capture(one, WORDS))
    assert (good.failure, good.answer is not None) == (None, True)
    assert "names no drive" in str(bad.failure)


WORDS = {"output": "o", "protocol": "graph", "on_unsure": "keep", "confirm_deletes": "", "run": ""}
