"""Looks into every file below a folder: as it lies there, and as its readers see it."""

from __future__ import annotations

import gzip
import io
import json
import zlib
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tests.security.canaries import leaks

Allowed = Mapping[str, frozenset[str]]


def leaks_below(folder: Path, secrets: Mapping[str, str], *, allowed: Allowed) -> list[str]:
    """`file: secret` of all that is found.

    :param allowed: which secrets are kept on purpose, by the pattern of a file's path below the folder.
    """
    found = []
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = file.relative_to(folder).as_posix()
        kept = frozenset().union(*(kinds for pattern, kinds in allowed.items() if fnmatch(name, pattern)))
        sought = {kind: secret for kind, secret in secrets.items() if kind not in kept}
        text = "\n".join([name, *readings(file.read_bytes())])
        found += [f"{name}: {leak}" for leak in leaks(sought, text)]
    return found


def readings(content: bytes) -> Iterator[str]:
    """The content letter by letter, then what is in it once unpacked; what nobody can look into is no file of ours."""
    yield content.decode("utf-8", "replace")
    if content.startswith(b"PAR1"):
        yield from _parquet(content)
    elif content.startswith(b"ARROW1"):
        with pa.ipc.open_file(io.BytesIO(content)) as reader:
            yield from _table(reader.read_all())
    elif content.startswith(b"\xff\xff\xff\xff"):
        with pa.ipc.open_stream(io.BytesIO(content)) as stream:
            yield from _table(stream.read_all())
    elif content.startswith(b"\x1f\x8b"):
        yield from readings(gzip.decompress(content))
    elif content.startswith((b"\x78\x9c", b"\x78\xda")):
        yield from readings(zlib.decompress(content))
    else:
        for line in (content.decode("utf-8", "surrogatepass"), *content.decode("utf-8", "surrogatepass").splitlines()):
            yield from _json(line)


def _parquet(content: bytes) -> Iterator[str]:
    file = pq.ParquetFile(io.BytesIO(content))
    metadata = file.metadata
    yield repr(metadata.metadata)
    for group in range(metadata.num_row_groups):
        for column in range(metadata.num_columns):
            yield repr(metadata.row_group(group).column(column).statistics)
    yield from _table(file.read())


def _table(table: pa.Table) -> Iterator[str]:
    yield repr(table.schema.metadata)
    yield from (f"{field} {field.metadata!r}" for field in table.schema)
    for column in table.column_names:
        yield from set(map(str, table.column(column).to_pylist()))


def _json(text: str) -> Iterator[str]:
    """Every text in it, unescaped; one that is JSON again is opened, too."""
    try:
        value = json.loads(text)
    except ValueError:
        return
    waiting = [value]
    while waiting:
        match waiting.pop():
            case dict() as members:
                waiting += [*members, *members.values()]
            case list() as several:
                waiting += several
            case str() as plain:
                yield plain
                if plain[:1] in ("{", "["):
                    yield from _json(plain)
