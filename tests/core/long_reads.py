"""Reads of many pages that are cut short: how a run is killed at a page, and a drive whose feed has many of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from airflow_provider_drivedelta.core.errors import RetryLater
from airflow_provider_drivedelta.core.lake.checkpoint import Checkpoints
from airflow_provider_drivedelta.core.plan import Progress
from airflow_provider_drivedelta.core.summary import Summary
from tests.core.played import START, Follower
from tests.graph_service import GraphService, Reply

OFTEN = Checkpoints(every_pages=2)
NEVER = Checkpoints(every_pages=10**9, every_seconds=1e9)

Item = Mapping[str, object]


class Killed(BaseException):
    """Stands for the end of the process: nothing in between catches it."""


class DiesAt(list[Progress]):
    """A progress counter in whose hands the run dies, as soon as so many pages of the read came."""

    def __init__(self, page: int) -> None:
        super().__init__()
        self.page = page

    def append(self, progress: Progress) -> None:
        super().append(progress)
        if progress.pages == self.page:
            raise Killed


@dataclass
class LongFeed:
    """A drive's feed of so many pages, followed by runs that are named as Airflow's are: each has its name until it
    succeeds, however often it is tried."""

    service: GraphService
    follower: Follower
    options: dict[str, object] = field(default_factory=dict)
    run: int = 1
    _played: dict[str, Reply] = field(default_factory=dict)

    def plays(self, pages: Sequence[Sequence[Item]], *, at: str = START, name: str = "p", delta: str = "/d1") -> None:
        """Put these pages on, the first at this target, the others at `/<name>2`, `/<name>3` …"""
        for number, items in enumerate(pages, 1):
            last = number == len(pages)
            page = self.service.page(items, **({"delta": delta} if last else {"next": f"/{name}{number + 1}"}))
            self._play(at if number == 1 else f"/{name}{number}", page)

    def pull(self, run: str = "", **options: object) -> Summary:
        self.follower.progress = []
        return self._try(run, options)

    def dies_at(self, page: int, run: str = "", **options: object) -> None:
        """A run that is killed when so many pages came."""
        assert self.may_die_at(page, run, **options), f"it ended without page {page}"

    def may_die_at(self, page: int, run: str = "", **options: object) -> bool:
        """A run that is killed when so many pages came, unless the read has come further before."""
        self.follower.progress = DiesAt(page)
        try:
            self._try(run, options)
        except Killed:
            return True
        return False

    def _try(self, run: str, options: dict[str, object]) -> Summary:
        named = {"checkpoints": OFTEN, "run": run or f"scheduled {self.run}", "named_run": True}
        summary = self.follower.pull(**(named | self.options | options))
        self.run += not run
        return summary

    def is_sent_away_at(self, target: str, **options: object) -> RetryLater:
        """A run that the service throttles at this target for longer than it may wait."""
        page = self._played[target]
        self._play(target, Reply(429, headers={"Retry-After": "9999"}))
        try:
            self.pull(**options)
        except RetryLater as error:
            self._play(target, page)
            return error
        raise AssertionError("it was not sent away")

    def refuses(self, target: str, reply: Reply) -> None:
        """From now on this is the answer there."""
        self._play(target, reply)

    def _play(self, target: str, reply: Reply) -> None:
        self._played[target] = reply
        self.service.replace(target, reply)

    def asked(self) -> list[str]:
        """What was asked for since this was looked at last."""
        targets = self.service.targets
        self.service.seen.clear()
        return targets

    def kept(self) -> list[str]:
        """The files that are kept of reads, in order."""
        return sorted(path.name for path in self.follower.folder.glob("_drivedelta/reads/*/*"))


TIMES = ("_captured_at", "_missing_since")


def told(rows: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
    """The rows, of whose times no more is told than whether there is one, and nothing of where they lie."""
    return [{**row, **{name: row[name] is None for name in TIMES}, "_feed": ""} for row in rows]


def same(one: LongFeed, other: LongFeed) -> bool:
    """Whether both lakes tell the same, row for row, keep the same apart, and go on from the same token."""
    ends = []
    for follower in (one.follower, other.follower):
        last = follower.commits[-1]
        apart = [file.read_text() for file in sorted(follower.folder.glob("_drivedelta/quarantine/*"))]
        ends.append((follower.token, last.quarantined, last.root_key, apart, told(follower.rows())))
    return ends[0] == ends[1]
