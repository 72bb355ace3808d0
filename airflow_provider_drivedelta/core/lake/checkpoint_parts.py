"""The staged rows of an unfinished read as immutable files, copied as the bytes they are, and back.

An Arrow file is its name, then the same messages that an Arrow stream has, then an index. So what has
been added to a growing file since it was last looked at is whole messages, and all parts one after
the other are the stream of all rows, without any row being packed a second time.
https://arrow.apache.org/docs/format/Columnar.html#ipc-file-format
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from airflow_provider_drivedelta.core.errors import BrokenFeed, RetryLater
from airflow_provider_drivedelta.core.lake.checkpoint import Part
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage, explained
from airflow_provider_drivedelta.core.lake.spill import LZ4, Spill
from airflow_provider_drivedelta.core.lake.storage import Storage

MAGIC = 8
"""Bytes that an Arrow file has before its messages: its name, filled up."""
_AT_ONCE = 1 << 20


def copy_part(spill: Spill, start: int, end: int, place: LocalStorage, path: str) -> Part:
    """A new file of the messages that the growing file has from `start` to `end`."""
    digest = hashlib.blake2b(digest_size=16)
    left = end - start
    with explained(place.full_path(path)), open(spill.file, "rb") as grown, place.open_new(path) as part:
        grown.seek(start)
        while left:
            piece = grown.read(min(left, _AT_ONCE))
            if not piece:
                raise RetryLater("The file of staged rows was cut by somebody else", where=str(spill.file))
            digest.update(piece)
            part.write(piece)
            left -= len(piece)
    return Part(path.rpartition("/")[2], end - start, digest.hexdigest())


def write_tail(batch: pa.RecordBatch, place: LocalStorage, path: str) -> Part:
    """A new file of the rows that wait in memory for a batch to be full."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema, options=LZ4) as writer:
        writer.write_batch(batch)
    content = sink.getvalue().to_pybytes()
    with explained(place.full_path(path)), place.open_new(path) as tail:
        tail.write(content)
    return Part(path.rpartition("/")[2], len(content), hashlib.blake2b(content, digest_size=16).hexdigest())


def whole_parts(storage: Storage, folder: str, parts: Sequence[Part]) -> list[Path]:
    """The parts as files of this machine, each compared with what is said of it.

    :raises BrokenFeed: one is missing or damaged; Arrow itself would trust it.
    """
    files: list[Path] = []
    for part in parts:
        path = f"{folder}/{part.name}"
        if not storage.exists(path) or storage.size(path) != part.size:
            raise BrokenFeed("A part of what was kept of a read is missing or cut")
        files.append(storage.fetch(path))
        if _digest(files[-1]) != part.digest:
            raise BrokenFeed("A part of what was kept of a read is damaged")
    return files


def rows_of_parts(files: Sequence[Path], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """All rows of the parts, in order, a batch at a time.

    :raises BrokenFeed: they are no rows of this schema.
    :raises RetryLater: another attempt has come further meanwhile, and removed what it needs no more.
    """
    for file in files:
        if not file.exists():
            raise RetryLater("Another run goes on with this read, too", where=str(file))
        with explained(str(file)), pa.OSFile(str(file), "r") as source:
            for message in _messages(source):
                if message.type == "record batch":
                    yield pa.ipc.read_record_batch(message, schema)
                elif message.type != "schema" or not pa.ipc.read_schema(message).equals(schema):
                    raise BrokenFeed("What was kept of a read has other columns than this version stages")


def _messages(source: pa.NativeFile) -> Iterator[pa.Message]:
    reader = pa.ipc.MessageReader.open_stream(source)
    while True:
        try:
            yield reader.read_next_message()
        except StopIteration:
            return


def _digest(file: Path) -> str:
    with explained(str(file)), open(file, "rb") as content:
        return hashlib.file_digest(content, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
