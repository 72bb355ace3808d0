"""A reader of the lake: folds change records as they come and refuses any that contradicts what it has."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyarrow.parquet as pq

from airflow_provider_drivedelta.core.lake import log
from airflow_provider_drivedelta.core.lake.commits import Commit
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage

Row = Mapping[str, object]

# What a reader was told of an item and is told again as its before-image. Of a folder the service moves the rest
# silently with what is in it; the address follows from the place.
_OF_ALL = ("drive_id", "id", "name", "path", "parent_id", "is_folder", "created_at", "created_by", "mime_type")
_OF_FILES = ("size", "modified_at", "modified_by", "etag", "ctag", "quick_xor_hash", "sha1_hash", "sha256_hash")


class Reader:
    """Reads the files that the log names, increment by increment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.items: dict[str, Row] = {}
        self.increment = 0

    def new_commits(self) -> list[Commit]:
        storage = LocalStorage(self.folder)
        numbers = log.numbers(storage)
        assert numbers == list(range(1, len(numbers) + 1))
        return [log.read(storage, number) for number in numbers if number > self.increment]

    def read(self, commit: Commit) -> list[Row]:
        """The records of one increment, folded in."""
        rows: list[Row] = []
        for file in commit.files:
            found = pq.ParquetFile(self.folder / file.final).read().to_pylist()
            assert len(found) == file.rows
            rows += found
        rows.sort(key=lambda row: row["_sequence"])
        assert [row["_sequence"] for row in rows] == list(range(len(rows)))
        assert len({row["id"].lower() for row in rows}) == len(rows), "an item has two records in one increment"
        for row in rows:
            self._check_envelope(row, commit)
            self._fold(row)
        self.increment = commit.increment
        return rows

    @property
    def present(self) -> dict[str, Row]:
        """What is there by all we know: not what the service may have lost."""
        return {item_id: row for item_id, row in self.items.items() if row["_missing_since"] is None}

    def _check_envelope(self, row: Row, commit: Commit) -> None:
        assert row["_increment"] == commit.increment
        assert row["_kind"] == commit.kind
        assert row["_feed"] == commit.feed
        assert row["_captured_at"] is not None
        assert (row["_aspects"] is not None) == (row["_op"] == "update")

    def _fold(self, row: Row) -> None:
        item_id, before = row["id"], self.items.get(row["id"])
        if row["_op"] == "insert":
            assert before is None, f"an insert of {row['path']}, which was known"
            assert row["_previous"] is None
        else:
            assert before is not None, f"{row['_op']} of {row['path']}, which was unknown"
            names = _OF_ALL if before["is_folder"] else _OF_ALL + _OF_FILES
            told, had = ({name: image[name] for name in names} for image in (row["_previous"], before))
            assert told == had, "the before-image is not what the reader had"
        if row["_op"] == "delete":
            assert (row["path"], row["name"]) == (before["path"], before["name"])
            del self.items[item_id]
        else:
            if before is not None and before["_missing_since"] is not None:
                assert row["_missing_since"] in (None, before["_missing_since"]), "the mark of what is missed moved"
            self.items[item_id] = row
