"""The state of a feed: what a run needs of it, what it does without, and how it is mended."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from airflow_provider_drivedelta.core.errors import BrokenFeed
from airflow_provider_drivedelta.core.lake.compaction import Compaction
from tests.core.lake.told import Told
from tests.graph_service import file_item, folder_item, tombstone

EAGER = Compaction(most_layers=1, most_rows=1, most_of_base=0)
DAY = 86_400


def keys(told: Told) -> list[Path]:
    return sorted(told.state_folder.glob("*keys.parquet"))


def rows(told: Told) -> list[Path]:
    return sorted(told.state_folder.glob("*rows.arrow"))


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-9])


def spoil(file: Path) -> None:
    """Other bytes, as many."""
    file.write_bytes(os.urandom(file.stat().st_size))


def rewrite_commit(told: Told, change: Callable[[dict], None]) -> None:
    (last,) = sorted(told.follower.folder.glob("_drivedelta/log/*.json"))[-1:]
    commit = json.loads(last.read_text())
    change(commit)
    last.write_text(json.dumps(commit, indent=1) + "\n")


def test_the_state_does_not_need_the_files_readers_take_away(told: Told) -> None:
    told.first(folder_item("f"), file_item("a", parent="f"))
    shutil.rmtree(told.follower.folder / "changes")
    told.then([folder_item("f", "g")])
    assert told.said["a"] == ("update", "cascade", ("path",), "/g/a.txt")
    shutil.rmtree(told.follower.folder / "changes")
    told.then([tombstone("f")])
    assert told.rows()["a"]["_previous"]["path"] == "/g/a.txt"


def test_a_new_base_keeps_items_before_images_and_tombstones(told: Told) -> None:
    told.first(folder_item("f"), *(file_item(name, parent="f") for name in "abc"))
    told.then([tombstone("c")], compaction=EAGER)
    for number in range(4):
        told.then([file_item("a", parent="f", size=10 + number)], compaction=EAGER)
        assert told.rows()["a"]["_previous"]["size"] == (9 + number if number else 1)
        assert len(told.follower.commits[-1].state) <= 2
    assert told.then([tombstone("c")], compaction=EAGER).kind == "quiet"
    told.holds("f")
    told.then([folder_item("f", "g"), file_item("c", parent="f")], compaction=EAGER)
    assert told.said == {
        "f": ("update", "reported", ("name", "path"), "/g"),
        "c": ("insert", "reported", "/g/c.txt"),
        "a": ("update", "cascade", ("path",), "/g/a.txt"),
        "b": ("update", "cascade", ("path",), "/g/b.txt"),
    }
    assert told.rows()["a"]["size"] == 13


def test_a_new_base_still_knows_which_folders_were_deleted(told: Told) -> None:
    told.first(folder_item("f"), file_item("a", parent="f"), file_item("b"))
    told.then([tombstone("f")], compaction=EAGER)
    assert [layer.increment for layer in told.follower.commits[-1].state] == [2]
    told.holds("f", file_item("a", parent="f"))
    told.then([folder_item("f")])
    assert told.said["a"] == ("insert", "restored", "/f/a.txt")


def test_a_new_base_keeps_what_is_missed(told: Told) -> None:
    told.first(file_item("a"), file_item("b"))
    told.resync(file_item("b"), flavour="Upload")
    told.then([file_item("b", size=2)], compaction=EAGER)
    assert len(told.follower.commits[-1].state) == 1
    told.then([file_item("a")])
    assert told.said == {"a": ("update", "reported", ("missing",), "/a.txt")}


def test_after_a_new_base_old_files_of_the_state_go(told: Told) -> None:
    told.first(file_item("a"))
    for size in range(2, 6):
        told.then([file_item("a", size=size)], compaction=EAGER)
    held = {path for commit in told.follower.commits for layer in commit.state for path in (layer.keys, layer.rows)}
    assert {f"_drivedelta/state/{path.name}" for path in told.state_folder.iterdir()} == held, "all are young"
    stranger = told.state_folder / "00000001-other-keys.parquet"
    stranger.write_bytes(b"young")
    for path in (*keys(told), *rows(told)):
        if path != stranger:
            os.utime(path, (time.time() - 8 * DAY,) * 2)
    for size in (7, 8):
        told.then([file_item("a", size=size)], compaction=EAGER)
    needed = {p for c in told.follower.commits[-2:] for layer in c.state for p in (layer.keys, layer.rows)}
    assert {f"_drivedelta/state/{path.name}" for path in told.state_folder.iterdir() if path != stranger} == needed
    assert stranger.exists()
    assert told.then([tombstone("a")]).deleted == 1


@pytest.mark.parametrize("harm", [Path.unlink, cut, spoil])
@pytest.mark.parametrize("which", [keys, rows])
def test_a_damaged_state_stops_the_run_and_says_how_to_go_on(
    told: Told, harm: Callable[[Path], None], which: Callable[[Told], list[Path]]
) -> None:
    told.first(folder_item("f"), file_item("a", parent="f"))
    harm(which(told)[0])
    with pytest.raises(BrokenFeed, match="full_reload"):
        told.then([folder_item("f", "g")])
    assert len(told.follower.commits) == 1


@pytest.mark.parametrize("harm", [Path.unlink, cut, spoil])
def test_without_a_layers_rows_a_reload_still_tells_only_of_differences(
    told: Told, harm: Callable[[Path], None]
) -> None:
    told.first(folder_item("f"), file_item("a", parent="f"), file_item("b", parent="f"), file_item("c", parent="f"))
    harm(rows(told)[0])
    told.reload(folder_item("f", "g"), file_item("a", parent="f"), file_item("b", parent="f", size=2))
    assert told.said == {
        "f": ("update", "reported", ("name", "path"), "/g"),
        "a": ("update", "cascade", ("path",), "/g/a.txt"),
        "b": ("update", "reported", ("path", "content"), "/g/b.txt"),
        "c": ("delete", "absent", "/f/c.txt"),
    }
    gone, before = told.rows()["c"], told.rows()["b"]["_previous"]
    assert (gone["id"], gone["name"], gone["parent_id"], gone["is_folder"], gone["size"]) == (
        *("c", "c.txt", "f", False, None),
    )
    assert (before["id"], before["path"], before["size"]) == ("b", "/f/b.txt", None)
    assert len(told.follower.commits[-1].state) == 1
    told.then([folder_item("f")])
    assert told.rows()["a"]["_previous"]["path"] == "/g/a.txt"
    assert told.rows()["a"]["etag"] == '"a,1"'


@pytest.mark.parametrize("harm", [Path.unlink, cut, spoil])
def test_without_a_layers_keys_its_items_are_as_the_layers_below_say_or_unknown(
    told: Told, harm: Callable[[Path], None]
) -> None:
    told.first(file_item("a"), file_item("b"))
    told.then([file_item("a", size=2), file_item("c"), tombstone("b")])
    harm(keys(told)[1])
    told.reload(file_item("a", size=2), file_item("c"))
    assert told.said == {
        "a": ("update", "reported", ("content",), "/a.txt"),
        "c": ("insert", "reported", "/c.txt"),
        "b": ("delete", "absent", "/b.txt"),
    }
    assert told.reload(file_item("a", size=2), file_item("c")).rows == 0


def test_a_reload_mends_even_the_state_of_an_empty_drive(told: Told) -> None:
    told.first(file_item("a"))
    told.then([tombstone("a")])
    for path in (*keys(told), *rows(told)):
        path.unlink()
    assert told.reload().rows == 0
    assert told.then([file_item("a")]).inserted == 1


def test_a_reload_leaves_a_sound_state_as_it_is(told: Told) -> None:
    told.first(file_item("a"), file_item("b"))
    told.reload(file_item("a"), file_item("b"))
    first, second = told.follower.commits
    assert second.state == first.state


def forget(told: Told, *columns: str) -> None:
    """As if an older version had written the state: without these columns, with hashes of its own."""
    for path in keys(told):
        table = pq.read_table(path)
        version = table.schema.get_field_index("hash_version")
        other = pa.array([0] * table.num_rows, pa.int16())
        table = table.set_column(version, table.schema.field(version), other)
        for name in [name for name in table.schema.names if name.endswith("_hash")]:
            index = table.schema.get_field_index(name)
            table = table.set_column(index, table.schema.field(index), pa.array([7] * table.num_rows, pa.uint64()))
        pq.write_table(table, path)
    for path in rows(told):
        with pa.OSFile(str(path)) as file, pa.ipc.open_file(file) as reader:
            batches = [reader.get_batch(number) for number in range(reader.num_record_batches)]
        kept = [name for name in batches[0].schema.names if name not in columns]
        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, batches[0].select(kept).schema) as writer:
            for batch in batches:
                writer.write_batch(batch.select(kept))

    def resize(commit: dict) -> None:
        for layer in commit["state"]:
            for what in ("keys", "rows"):
                layer[f"{what}_size"] = (told.follower.folder / layer[what]).stat().st_size

    rewrite_commit(told, resize)


SAID = {
    "description": "x",
    "photo": {"iso": 100, "takenDateTime": "2020-01-01T10:00:00Z"},
    "shared": {"scope": "users"},
    "createdBy": {"user": {"displayName": "Ada", "email": "ada@contoso.com"}},
    "fileSystemInfo": {"lastModifiedDateTime": "2020-01-01T10:00:00Z"},
}


@pytest.mark.parametrize("columns", [(), ("description", "photo", "has_photo")])
def test_an_upgrade_publishes_nothing_for_what_did_not_change(told: Told, columns: tuple[str, ...]) -> None:
    """Rule 2: in the columns that both versions know, values are compared."""
    told.first(folder_item("f"), file_item("a", parent="f", **SAID), file_item("b", parent="f"))
    forget(told, *columns)
    assert told.then([folder_item("f"), file_item("a", parent="f", **SAID)]).kind == "quiet"
    told.then([folder_item("f"), file_item("a", parent="f", **SAID), file_item("b", parent="f", size=2)])
    assert told.said == {"b": ("update", "reported", ("content",), "/f/b.txt")}


def test_an_upgrade_shows_in_a_full_read_neither(told: Told) -> None:
    told.first(folder_item("f"), file_item("a", parent="f", **SAID), file_item("b", parent="f"))
    forget(told, "photo", "has_photo")
    assert told.resync(folder_item("f"), file_item("a", parent="f", **SAID), file_item("b", parent="f")).rows == 0
    told.then([file_item("a", parent="f", **SAID | {"photo": {"iso": 200}})])
    assert told.said == {"a": ("update", "reported", ("metadata",), "/f/a.txt")}
