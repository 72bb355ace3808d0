"""Two runs of one feed, one of them between two steps of the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from airflow_provider_drivedelta.core.tokens import MemoryTokenStore, SavedToken
from tests.core.played import START, Follower
from tests.graph_service import GraphService, Reply, Seen, file_item, root_item


@dataclass
class Interrupted(MemoryTokenStore):
    """Tokens of which the next look comes after something else has happened."""

    before: list[Callable[[], object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        MemoryTokenStore.__init__(self)

    def load(self, feed: str) -> SavedToken | None:
        while self.before:
            self.before.pop()()
        return super().load(feed)


def test_an_increment_published_while_a_run_begins_is_not_taken_for_a_restored_lake(
    follower: Follower, service: GraphService
) -> None:
    """E3: its number is the next one, and what the other run told is not told again."""
    follower.tokens = tokens = Interrupted()
    follower.read_fully(file_item("a"))
    service.on("/d1", service.page([file_item("b")], delta="/d2"))
    service.on("/d2", service.page([file_item("c")], delta="/d3"))
    others = []
    tokens.before.append(lambda: others.append(follower.pull()))

    summary = follower.pull()

    assert [others[0].increment, summary.increment] == [2, 3]
    assert [commit.increment for commit in follower.commits] == [1, 2, 3]
    assert follower.names() == ["a.txt", "b.txt", "c.txt"]


def test_of_two_first_reads_the_one_that_is_overtaken_publishes_nothing(
    follower: Follower, service: GraphService
) -> None:
    """E3: what it read is known by then, so it is a quiet run."""
    everything = service.page([root_item(), file_item("a")], delta="/d1")
    others = []

    def meanwhile(_: Seen) -> Reply:
        service.replace(START, everything)
        others.append(follower.pull())
        return everything

    service.on(START, meanwhile)

    overtaken = follower.pull()

    assert [(run.kind, run.increment) for run in (*others, overtaken)] == [("initial", 1), ("quiet", None)]
    assert [commit.increment for commit in follower.commits] == [1]
    assert (follower.names(), follower.token) == (["a.txt"], "/d1")


def test_a_reload_with_other_settings_keeps_its_own_token_though_a_run_with_the_old_ones_published(
    follower: Follower, service: GraphService
) -> None:
    """E3: the newer token has the old settings baked in, and every later run would be refused."""
    follower.read_fully(root_item(), file_item("a"))
    service.on("/d1", service.page([file_item("b")], delta="/d2"))
    everything = service.page([root_item(), file_item("a"), file_item("b"), file_item("c")], delta="/with-sharing")
    others = []

    def meanwhile(_: Seen) -> Reply:
        service.replace(START, everything)
        others.append(follower.pull())
        return everything

    service.replace(START, meanwhile)

    reload = follower.pull(full_reload=True, sharing_changes=True)

    assert [others[0].increment, reload.increment] == [2, 3]
    assert (follower.names(3), follower.token) == (["c.txt"], "/with-sharing")
    service.on("/with-sharing", service.page([], delta="/next"))
    assert follower.pull(sharing_changes=True).kind == "quiet"
