"""Outputs that were copied, put back, emptied or named otherwise, with the token beside them or in a Variable."""

from __future__ import annotations

import json
import logging
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup
from airflow_provider_drivedelta.core.tokens import TokenStore
from airflow_provider_drivedelta.hooks.variables import PREFIX, VariableTokenStore
from tests.core.played import Follower, tree
from tests.graph_service import GraphService, Reply, file_item, root_item
from tests.hooks.test_variables import FakeVariables


@dataclass
class Drive:
    """A drive of one file that is renamed again and again: the nth token leads to its nth name."""

    service: GraphService

    def __post_init__(self) -> None:
        for number in range(1, 9):
            self.service.on(f"/d{number}", self.service.page([], delta=f"/d{number}"))

    def renamed(self, number: int) -> None:
        """What the nth token tells from now on, whoever asks with it."""
        reply: Reply = self.service.page(
            [file_item("a", f"{number}.txt", eTag=f'"a,{number}"')], delta=f"/d{number + 1}"
        )
        self.service.replace(f"/d{number}", reply)


@pytest.fixture
def drive(service: GraphService) -> Drive:
    return Drive(service)


@pytest.fixture
def variables() -> FakeVariables:
    return FakeVariables()


@pytest.fixture(params=["beside the data", "in a Variable"])
def tokens(request: pytest.FixtureRequest, variables: FakeVariables) -> TokenStore | None:
    return VariableTokenStore(variables) if request.param == "in a Variable" else None


@pytest.fixture
def followed(follower: Follower, drive: Drive, tokens: TokenStore | None) -> Follower:
    """Two increments: `a.txt`, then `1.txt`."""
    follower.tokens = tokens
    follower.read_fully(root_item(), file_item("a"))
    drive.renamed(1)
    follower.pull()
    return follower


def test_an_output_copied_elsewhere_goes_on_from_its_log_as_a_feed_of_its_own(
    followed: Follower, drive: Drive, tmp_path: Path
) -> None:
    """E2, E5. Nothing is read again, and the one does not disturb the other."""
    shutil.copytree(followed.output, tmp_path / "copy")
    copy = Follower(followed.service, tmp_path / "copy", tokens=followed.tokens)
    drive.renamed(2)
    asked = len(followed.service.seen)
    ended = [copy.pull(), followed.pull(), copy.pull(), followed.pull()]
    assert [summary.increment for summary in ended] == [3, 3, None, None]
    assert len(followed.service.seen) - asked == 4
    assert copy.names() == followed.names() == ["a.txt", "1.txt", "2.txt"]
    assert len({row["_feed"] for row in copy.rows()}) == 2  # its past is the original's


def test_an_output_moved_away_leaves_nothing_that_could_be_gone_on_from(followed: Follower, tmp_path: Path) -> None:
    """Bad input: emptied output. Only what is beside the data goes with it: then the place is new."""
    shutil.move(followed.output, tmp_path / "moved")
    if followed.tokens is None:
        assert followed.pull().kind == "initial"
        return
    asked = len(followed.service.seen)
    with pytest.raises(FixSetup, match=r"holds no log, but increment 2 .*If it was moved, give its new place"):
        followed.pull()
    assert (tree(followed.output), len(followed.service.seen)) == ({}, asked)


def test_an_older_output_put_back_is_brought_up_to_date(followed: Follower, drive: Drive, tmp_path: Path) -> None:
    """E5. With the token in a Variable, which is ahead, no number is used twice; else nobody knows the numbers."""
    shutil.copytree(followed.output, tmp_path / "backup")
    drive.renamed(2)
    assert followed.pull().increment == 3
    shutil.rmtree(followed.output)
    shutil.copytree(tmp_path / "backup", followed.output)
    again = followed.pull()
    assert again.increment == (4 if followed.tokens else 3)
    assert followed.names() == ["a.txt", "1.txt", "2.txt"]
    assert followed.pull().kind == "quiet"


def test_an_older_output_put_back_under_a_quiet_feed_keeps_the_numbers_apart_from_then_on(
    follower: Follower, drive: Drive, variables: FakeVariables, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """E5. What was published and is lost may have been undone since: then there is nothing to tell, but a number."""
    follower.tokens = VariableTokenStore(variables)
    follower.read_fully(root_item(), file_item("a"))
    shutil.copytree(follower.output, tmp_path / "backup")
    drive.renamed(1)
    follower.pull()
    shutil.rmtree(follower.output)
    shutil.copytree(tmp_path / "backup", follower.output)
    follower.service.replace("/d1", follower.service.page([file_item("a")], delta="/d2"))
    with caplog.at_level(logging.WARNING):
        summary = follower.pull()
    assert (summary.increment, summary.rows) == (3, 0)
    assert "numbers 2 to 2 are not used again" in caplog.text
    drive.renamed(2)
    assert follower.pull().increment == 4


def test_a_log_put_back_without_its_state_stops_before_anything_is_published(
    followed: Follower, drive: Drive, tmp_path: Path
) -> None:
    """Bad input: a part that was put back. Its state is looked for, and missed, before anything is published."""
    shutil.rmtree(followed.folder / "_drivedelta/state")
    drive.renamed(2)
    before = tree(followed.output)
    with pytest.raises(BrokenFeed, match="state"):
        followed.pull()
    assert tree(followed.output) == before


def test_a_link_to_an_output_is_another_feed_on_the_same_log(followed: Follower, drive: Drive, tmp_path: Path) -> None:
    """E3, E5. Not to be done, since the watermark is by feed; but nothing is lost or twice."""
    (tmp_path / "link").symlink_to(followed.output)
    linked = Follower(followed.service, tmp_path / "link", tokens=followed.tokens)
    drive.renamed(2)
    assert linked.pull().increment == 3
    drive.renamed(3)
    assert followed.pull().increment == 4
    assert followed.names() == ["a.txt", "1.txt", "2.txt", "3.txt"]


class TestVariable:
    """The output is as it was; the Variable is not."""

    @pytest.fixture
    def tokens(self, variables: FakeVariables) -> TokenStore:
        return VariableTokenStore(variables)

    @pytest.fixture
    def key(self, followed: Follower, variables: FakeVariables) -> str:
        (key,) = variables.rows
        assert key.startswith(PREFIX)
        return key

    def test_missing_goes_on_from_the_log_and_tells_the_last_increment_again(
        self, followed: Follower, drive: Drive, variables: FakeVariables, key: str
    ) -> None:
        """E5. Whether anybody was told of it is not known any more."""
        del variables.rows[key]
        drive.renamed(2)
        summary = followed.pull()
        assert (summary.from_increment, summary.to_increment, summary.increment) == (2, 3, 3)
        assert followed.names() == ["a.txt", "1.txt", "2.txt"]
        assert json.loads(variables.rows[key])["increment"] == 3

    def test_of_long_ago_goes_on_from_the_log(
        self, followed: Follower, drive: Drive, variables: FakeVariables, key: str
    ) -> None:
        """E5: stale, as after a restore of Airflow's database. All that was published since is told again."""
        stale = variables.rows[key]
        for number in (2, 3):
            drive.renamed(number)
            followed.pull()
        variables.rows[key] = stale
        summary = followed.pull()
        assert (summary.from_increment, summary.to_increment, summary.increment) == (3, 4, None)
        assert followed.names() == ["a.txt", "1.txt", "2.txt", "3.txt"]

    @pytest.mark.parametrize("reads", [1, 2, 3])
    def test_hidden_by_an_older_one_fails_each_run_and_yet_publishes_nothing_twice(
        self, followed: Follower, drive: Drive, variables: FakeVariables, key: str, reads: int
    ) -> None:
        """E5: shadowed. A backend has it, or the environment: a person has to find out, but the lake stays right."""
        variables.hidden_by[key] = variables.rows[key]
        for number in range(2, 2 + reads):
            drive.renamed(number)
            with pytest.raises(FixSetup, match="hides it: remove it there"):
                followed.pull()
        names = ["a.txt", *(f"{number}.txt" for number in range(1, 2 + reads))]
        assert followed.names() == names
        variables.hidden_by.clear()
        assert followed.pull().to_increment in (None, 1 + reads)
        assert followed.names() == names

    @pytest.mark.parametrize("spoiled", ["***", "", "{}"])
    def test_spoiled_fails_before_anything_is_asked_and_can_be_deleted(
        self, followed: Follower, drive: Drive, variables: FakeVariables, key: str, spoiled: str
    ) -> None:
        """E5. Deleting it, as the message says, really helps."""
        variables.rows[key] = spoiled
        asked, before = len(followed.service.seen), tree(followed.output)
        with pytest.raises(FixSetup, match=f"{key}.*Delete it"):
            followed.pull()
        assert (len(followed.service.seen), tree(followed.output)) == (asked, before)
        del variables.rows[key]
        drive.renamed(2)
        assert followed.pull().increment == 3
        assert followed.names() == ["a.txt", "1.txt", "2.txt"]

    def test_of_another_feed_is_spoiled(self, followed: Follower, variables: FakeVariables, key: str) -> None:
        """E5. Somebody copied a Variable to set a feed up, say."""
        variables.rows[key] = json.dumps(json.loads(variables.rows[key]) | {"feed": "drive-other--00000000"})
        with pytest.raises(FixSetup, match="spoiled"):
            followed.pull()
