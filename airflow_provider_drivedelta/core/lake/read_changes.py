"""Change records as they were committed: from the files that the commits name, never from a glob."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup
from airflow_provider_drivedelta.core.lake import log
from airflow_provider_drivedelta.core.lake.commits import DataFile
from airflow_provider_drivedelta.core.lake.feeds import Folder, one_feed
from airflow_provider_drivedelta.core.lake.horizon import check_horizon
from airflow_provider_drivedelta.core.lake.local_storage import explained
from airflow_provider_drivedelta.core.lake.records import record_of
from airflow_provider_drivedelta.core.lake.spill import up_to_date
from airflow_provider_drivedelta.core.lake.storage import Storage

_ROWS_AT_ONCE = 8192
_READ_ON = (
    "If you have what is gone, read on with after={horizon}; else begin with read_current (or `drivedelta snapshot`), "
    "and read on after the increment it is of."
)


def read_changes(
    folder: Folder,
    *,
    after: int = 0,
    until: int | None = None,
    storage_options: Mapping[str, object] | None = None,
) -> pa.RecordBatchReader:
    """The change records of the increments with `after` < number <= `until`, in order of increment and sequence.

    Exactly what is committed: an increment that a crash kept from its final place is read where it
    lies, files that belong to no commit are not. Rows come a few thousand at a time, whatever the
    feed's size; `.read_all()` gives a table, `.read_pandas()` a DataFrame, `duckdb.from_arrow(...)` a
    relation. Columns that an older version did not write are null.

    :param folder: a feed's folder, or an output folder that holds one feed; a path or an address.
    :param after: the last increment you have, 0 for none.
    :param until: the last increment to read; None reads to the end.
    :param storage_options: what the client of an object store takes, where its environment does not say it.
    :raises FixSetup: there is no such feed, or increments of it were vacuumed, or a file was moved away.
    :raises BrokenFeed: a commit or a file is damaged.
    """
    storage = one_feed(folder, storage_options)
    newest = log.newest(storage)
    assert newest is not None  # one_feed has seen to it
    schema = record_of(newest).change
    _check_readable(storage, after, until)
    files = [
        _Committed(storage, commit.increment, file)
        for commit in log.committed(storage, after=after, until=until)
        for file in commit.files
    ]
    for file in files:
        file.find()  # what is missing is better told now than half way through
    return pa.RecordBatchReader.from_batches(schema, (batch for file in files for batch in file.batches(schema)))


def _check_readable(storage: Storage, after: int, until: int | None) -> None:
    asked = (number for number in log.readable(storage) if after < number and (until is None or number <= until))
    first = next(asked, None)
    if first is not None:
        check_horizon(storage, first, then=_READ_ON)


@dataclass(frozen=True, slots=True)
class _Committed:
    """A file of one increment."""

    storage: Storage
    increment: int
    file: DataFile

    def find(self) -> str:
        """The path to read it at: its final one, or the staged one while nobody has finished the commit."""
        # The final one twice: somebody may finish the commit between two looks.
        for path in (self.file.final, self.file.staged, self.file.final):
            if self.storage.exists(path):
                return self._sound(path)
        check_horizon(self.storage, self.increment, then=_READ_ON)
        raise FixSetup(
            f"Increment {self.increment} was committed, but its file is not there any more",
            where=self.storage.full_path(self.file.final),
            then=f"Bring it back, or read on with after={self.increment}; read_current does not need it.",
        )

    def _sound(self, path: str) -> str:
        if self.storage.size(path) != self.file.size:
            raise self._damaged("has not the size it was committed with")
        return path

    def batches(self, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        path = self.find()
        try:
            with (
                explained(self.storage.full_path(path)),
                self.storage.open(path) as opened,
                pq.ParquetFile(opened, pre_buffer=False) as file,
            ):
                for batch in file.iter_batches(_ROWS_AT_ONCE):
                    yield up_to_date(batch, schema)
        except pa.ArrowInvalid as error:
            raise self._damaged("is no Parquet that can be read") from error

    def _damaged(self, how: str) -> BrokenFeed:
        return BrokenFeed(
            f"A file of increment {self.increment} {how}",
            where=self.storage.full_path(self.file.final),
            then=f"Restore it from a copy, or read on with after={self.increment}.",
        )
