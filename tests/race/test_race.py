"""Eight runs of one feed at once, again and again: one publishes, the others find out, and nothing is lost or twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from airflow_provider_drivedelta.core.lake.commits import Commit
from airflow_provider_drivedelta.emulator import Drive, Emulator
from tests.kill.scenarios import plant
from tests.race.racer import Course, Lap
from tests.race.track import Track, field

ROUNDS = 50
SOME_ROUNDS = 12
FIRST_READS = 2

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    drive = Drive(seed="race")
    plant(drive)
    with Emulator(drives=[drive], page_size=5) as emulator:
        yield emulator


def check_announced(laps: Sequence[Lap], commits: Sequence[Commit]) -> None:
    """Every increment is one run's own, and no run claims what another published."""
    own = Counter(lap.summary.increment for lap in laps if lap.summary.increment is not None)
    assert own == Counter(commit.increment for commit in commits)


def check_lost(laps: Sequence[Lap]) -> None:
    """Who lost says so, and was right when it came back."""
    said = [text for lap in laps for text in lap.lost]
    assert said, "nobody lost a race: there was none"
    assert all("published" in text for text in said), said


def check_clean(track: Track) -> None:
    """Losers took away what was theirs, winners what they had brought to its place."""
    assert list(track.feed.glob("_drivedelta/staging/*")) == []


def test_of_many_runs_at_once_one_publishes_and_nothing_is_lost_or_twice(emulator: Emulator, tmp_path: Path) -> None:
    """E3. The token is in a Variable: no compare-and-set, the last write wins, and reads may be stale."""
    track = Track(emulator.drive, tmp_path / "lake")
    laps: list[Lap] = []
    with field(Course(f"{emulator.url}/v1.0", emulator.drive.id, variables=str(tmp_path / "variables"))) as racers:
        laps += racers.lap(track.output)
        for number in range(ROUNDS):
            track.change()
            # Something happens while they read, and in every other round nothing any more: most are quiet then.
            laps += racers.lap(track.output, meanwhile=track.change if number % 2 else nothing)
        laps += racers.lap(track.output)
    commits = track.check()
    check_announced(laps, commits)
    check_lost(laps)
    check_clean(track)
    assert len(commits) > ROUNDS


def test_a_commit_whose_answer_is_lost_is_read_back(emulator: Emulator, tmp_path: Path) -> None:
    """E3. Of the commits that are made, every other one is reported as failed."""
    course = Course(f"{emulator.url}/v1.0", emulator.drive.id, loses_answers=2)
    track = Track(emulator.drive, tmp_path / "lake")
    laps: list[Lap] = []
    with field(course) as racers:
        laps += racers.lap(track.output)
        for _ in range(SOME_ROUNDS):
            track.change()
            laps += racers.lap(track.output, meanwhile=track.change)
        laps += racers.lap(track.output)
    check_announced(laps, track.check())
    check_lost(laps)
    check_clean(track)


def test_many_first_reads_at_once_make_one_feed(emulator: Emulator, tmp_path: Path) -> None:
    """E3. Each output begins with eight runs that find it empty."""
    with field(Course(f"{emulator.url}/v1.0", emulator.drive.id)) as racers:
        for number in range(FIRST_READS):
            track = Track(emulator.drive, tmp_path / f"lake {number}")
            laps = racers.lap(track.output)
            commits = track.check()
            check_announced(laps, commits)
            check_clean(track)
            assert [commit.kind for commit in commits] == ["initial"]
            assert sum(commit.counts["inserted"] for commit in commits) == len(emulator.drive.walk())
            track.change()


def nothing() -> None:
    """The drive stays as it is."""
