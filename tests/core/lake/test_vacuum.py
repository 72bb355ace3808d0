"""Old change files go when somebody says so; everything else stays, and nobody reads a hole."""

from __future__ import annotations

import json
import os
import shutil
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup, RetryLater
from airflow_provider_drivedelta.core.lake.horizon import load_horizon
from airflow_provider_drivedelta.core.lake.layout import VACUUMED
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage
from airflow_provider_drivedelta.core.lake.vacuum import Vacuumed, vacuum, vacuum_below
from airflow_provider_drivedelta.reading import read_changes, read_current
from tests.core.played import Follower, tree
from tests.graph_service import GraphService, file_item

NOW = datetime(2026, 11, 21, tzinfo=UTC)
INCREMENTS = 5


@pytest.fixture
def daily(follower: Follower, service: GraphService) -> Follower:
    """Five increments, one a day, the newest of today; the second left an item that cannot be read."""
    follower.read_fully(file_item("1"))
    for number in range(2, INCREMENTS + 1):
        bad = [file_item("bad", size="many")] if number == 2 else []
        service.on(f"/d{number - 1}", service.page([file_item(str(number)), *bad], delta=f"/d{number}"))
        service.replace("/v1.0/drives/b!drive/items/bad", service.page([]))
        follower.pull()
    for number, commit in enumerate(follower.commits, start=1):
        date_at(follower, commit.increment, NOW - timedelta(days=INCREMENTS - number))
    return follower


def date_at(follower: Follower, increment: int, moment: datetime) -> None:
    """Let an increment have been committed then, its files lying where they would."""
    path = follower.folder / f"_drivedelta/log/{increment:08d}.json"
    text = path.read_text()
    commit = json.loads(text)
    text = text.replace(f'"{commit["captured_date"]}"', f'"{moment.date()}"')
    text = text.replace(f"captured_date={commit['captured_date']}", f"captured_date={moment.date()}")
    path.write_text(text.replace(commit["committed_at"], moment.isoformat()))
    for file in commit["files"]:
        to = follower.folder / file["final"].replace(commit["captured_date"], str(moment.date()))
        to.parent.mkdir(exist_ok=True)
        (follower.folder / file["final"]).rename(to)
    for folder in (follower.folder / "changes").iterdir():
        if not list(folder.iterdir()):
            folder.rmdir()


def clean(follower: Follower, days: float, storage: LocalStorage | None = None, **how: bool) -> Vacuumed:
    return vacuum(storage or follower.storage, keep=timedelta(days=days), now=NOW, by="test", **how)


def dates(follower: Follower) -> list[str]:
    return sorted(path.name[-5:] for path in (follower.folder / "changes").iterdir())


def test_what_is_older_goes_and_the_rest_of_the_feed_stays(daily: Follower) -> None:
    before, items = tree(daily.folder), read_current(daily.folder).read_all()
    found = clean(daily, 2.5)
    assert (found.horizon, found.increments, found.files) == (2, 2, 3)
    gone = {name: content for name, content in before.items() if name not in tree(daily.folder)}
    assert [name.partition("/0")[0] for name in sorted(gone)] == [
        "_drivedelta/quarantine",
        "changes/captured_date=2026-11-17",
        "changes/captured_date=2026-11-18",
    ]
    assert found.bytes == sum(map(len, gone.values()))
    assert {**before, VACUUMED: b""}.keys() == {**gone, **tree(daily.folder)}.keys()
    assert dates(daily) == ["11-19", "11-20", "11-21"]
    assert read_current(daily.folder).read_all() == items


def test_a_dry_run_says_the_same_and_removes_nothing(daily: Follower) -> None:
    before = tree(daily.folder)
    foretold = clean(daily, 2.5, dry_run=True)
    assert tree(daily.folder) == before
    assert clean(daily, 2.5) == foretold


def test_the_newest_increment_stays_whatever_its_age(daily: Follower) -> None:
    date_at(daily, 5, NOW - timedelta(days=0.5))
    assert clean(daily, 0.001).horizon == 4
    assert read_changes(daily.folder, after=4).read_all().num_rows == 1


def test_one_that_a_crash_left_staged_stays_and_is_brought_home_later(daily: Follower) -> None:
    """E1."""
    (file,) = daily.commits[-1].files
    daily.storage.move(file.final, file.staged)
    clean(daily, 0.001)
    daily.service.on("/d5", daily.service.page([], delta="/d6"))
    daily.pull()
    assert (daily.folder / file.final).exists()


def test_pulls_go_on_as_before(daily: Follower) -> None:
    clean(daily, 1)
    daily.service.on("/d5", daily.service.page([file_item("1", name="new", eTag='"2"')], delta="/d6"))
    assert (daily.pull().updated, daily.rows(6)[0]["_op"]) == (1, "update")


def test_again_there_is_nothing_left_to_do(daily: Follower) -> None:
    clean(daily, 2.5)
    before = tree(daily.folder)
    found = clean(daily, 2.5)
    assert (found.horizon, found.increments, found.files, found.bytes) == (2, 0, 0, 0)
    assert tree(daily.folder) == before


def test_the_horizon_never_comes_down(daily: Follower) -> None:
    clean(daily, 0.5)
    assert clean(daily, 100).horizon == load_horizon(daily.storage).increment == 4


@pytest.mark.parametrize("days", [5, 100])
def test_where_nothing_is_old_enough_nothing_is_written(daily: Follower, days: int) -> None:
    before = tree(daily.folder)
    assert clean(daily, days).files == 0
    assert tree(daily.folder) == before


def test_files_of_no_commit_are_not_ours_to_remove(daily: Follower) -> None:
    folder = daily.folder / "changes/captured_date=2026-11-17"
    others = [folder / "00000001-00000-0123456789abcdef.parquet", folder / "notes.txt", folder / ".hidden"]
    for other in others:
        other.write_bytes(b"mine")
    clean(daily, 1)
    assert all(other.read_bytes() == b"mine" for other in others)


def test_what_a_reader_took_away_before_is_not_counted(daily: Follower) -> None:
    shutil.rmtree(daily.folder / "changes/captured_date=2026-11-17")
    assert clean(daily, 2.5).files == 2


class Dying(LocalStorage):
    """Loses its disk after so many changes."""

    left = 0

    def _change(self) -> None:
        if self.left == 0:
            raise RetryLater("The disk is gone")
        self.left -= 1

    def replace(self, path: str, content: bytes) -> None:
        self._change()
        super().replace(path, content)

    def delete(self, path: str) -> None:
        self._change()
        super().delete(path)


@pytest.mark.parametrize("changes", range(7))
def test_a_crash_anywhere_leaves_no_hole_unannounced_and_the_next_one_finishes(daily: Follower, changes: int) -> None:
    """E1. Seven changes in all: the horizon, five files, and that they are gone. The next one keeps for longer."""
    wanted = Follower(daily.service, Path(shutil.copytree(daily.output, daily.output.with_name("other"))))
    clean(wanted, 0.5)
    dying = Dying(daily.folder)
    dying.left = changes
    with pytest.raises(RetryLater):
        clean(daily, 0.5, dying)
    for after in range(INCREMENTS):
        try:
            assert read_changes(daily.folder, after=after).read_all().num_rows == INCREMENTS - after
        except FixSetup as told:
            assert "were vacuumed" in str(told)  # noqa: PT017 - either all is there, or it is said
    clean(daily, 100) if changes else clean(daily, 0.5)
    assert sorted(tree(daily.folder)) == sorted(tree(wanted.folder))


def test_beside_a_pull_it_takes_nothing_that_is_new(daily: Follower) -> None:
    """Vacuums that keep next to nothing, while increment after increment is published."""
    stop, vacuumed = threading.Event(), []

    def keep_nothing() -> None:
        while not stop.is_set():
            vacuumed.append(vacuum(daily.storage, keep=timedelta(hours=1), now=datetime.now(UTC), by="test"))

    cleaner = threading.Thread(target=keep_nothing)
    cleaner.start()
    try:
        for number in range(6, 16):
            daily.service.on(f"/d{number - 1}", daily.service.page([file_item(str(number))], delta=f"/d{number}"))
            daily.pull()
    finally:
        stop.set()
        cleaner.join()
    assert vacuumed[-1].horizon >= 4
    rows = read_changes(daily.folder, after=vacuumed[-1].horizon).read_all()
    assert rows.column("_increment").to_pylist() == list(range(vacuumed[-1].horizon + 1, 16))


class TestReaders:
    """Below the horizon there is a clear error, in place of a missing file."""

    @pytest.fixture
    def vacuumed(self, daily: Follower) -> Follower:
        clean(daily, 2.5)
        return daily

    @pytest.mark.parametrize("bounds", [{}, {"after": 1}, {"after": 1, "until": 2}, {"until": 1}])
    def test_one_that_reaches_below_it_is_told_how_to_go_on(self, vacuumed: Follower, bounds: dict[str, int]) -> None:
        with pytest.raises(FixSetup, match=r"up to 2 were vacuumed.*read on with after=2.*read_current"):
            read_changes(vacuumed.folder, **bounds)  # type: ignore[arg-type]

    @pytest.mark.parametrize(("bounds", "rows"), [({"after": 2}, 3), ({"after": 2, "until": 3}, 1), ({"until": 0}, 0)])
    def test_one_that_does_not_reads_as_before(self, vacuumed: Follower, bounds: dict[str, int], rows: int) -> None:
        assert read_changes(vacuumed.folder, **bounds).read_all().num_rows == rows  # type: ignore[arg-type]

    def test_one_that_is_reading_when_it_happens_is_told_too(self, daily: Follower) -> None:
        reading = read_changes(daily.folder)
        assert reading.read_next_batch().num_rows == 1
        clean(daily, 2.5)
        with pytest.raises(FixSetup, match="were vacuumed"):
            reading.read_all()

    @pytest.mark.parametrize("spoiled", ["{", "[]", '{"increment": "2", "removed": 2, "at": "", "by": ""}', "{}"])
    def test_a_damaged_mark_is_said_to_be_one(self, vacuumed: Follower, spoiled: str) -> None:
        (vacuumed.folder / VACUUMED).write_text(spoiled)
        with pytest.raises(BrokenFeed, match="Delete the file: the next vacuum writes it anew"):
            read_changes(vacuumed.folder)
        os.unlink(vacuumed.folder / VACUUMED)
        assert clean(vacuumed, 2.5).horizon == 2


class TestAllFeedsOfAnOutput:
    @pytest.fixture
    def both(self, daily: Follower) -> list[Path]:
        """The feed, and a copy of it."""
        return [daily.folder, Path(shutil.copytree(daily.folder, daily.output / "another"))]

    def clean_all(self, output: Path, **how: bool) -> list[Vacuumed]:
        return list(vacuum_below(LocalStorage(output), keep=timedelta(days=2.5), now=NOW, by="test", **how))

    def test_each_is_vacuumed(self, daily: Follower, both: list[Path]) -> None:
        assert {found.path: found.horizon for found in self.clean_all(daily.output)} == {str(each): 2 for each in both}

    def test_one_alone_may_be_named(self, both: list[Path]) -> None:
        assert [found.path for found in self.clean_all(both[1])] == [str(both[1])]

    def test_one_that_is_broken_does_not_keep_the_others_from_it(
        self, daily: Follower, both: list[Path], caplog: pytest.LogCaptureFixture
    ) -> None:
        (both[1] / "_drivedelta/log/00000001.json").write_text("{}")
        with pytest.raises(BrokenFeed, match="another/_drivedelta/log"):
            self.clean_all(daily.output)
        assert "another/_drivedelta/log" in caplog.text
        assert load_horizon(LocalStorage(both[0])).increment == 2

    def test_where_there_is_none_it_says_so(self, tmp_path: Path) -> None:
        with pytest.raises(FixSetup, match="no feed below"):
            self.clean_all(tmp_path)
