"""Files with a canary in them, each hidden in another way: what a search must find."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq

from tests.security.canaries import DOWNLOAD

_ROWS = pa.table(
    {"id": [f"{number}" for number in range(500)], "extra": [*["{}"] * 499, json.dumps({"x": [DOWNLOAD]})]}
)


def _parquet(file: Path) -> None:
    pq.write_table(_ROWS, file, compression="zstd", write_statistics=False)


def _column(file: Path) -> None:
    pq.write_table(pa.table({"id": [1], DOWNLOAD: [1]}), file)


def _footer(file: Path) -> None:
    pq.write_table(_ROWS.slice(0, 9).replace_schema_metadata({"link": DOWNLOAD}), file)


def _arrow(file: Path) -> None:
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_file(file, _ROWS.schema, options=options) as writer:
        writer.write_table(_ROWS)


def _json(file: Path) -> None:
    file.write_text(json.dumps({"item": json.dumps({"a": [DOWNLOAD]})}).replace("c4", "\\u0063\\u0034"))


HIDDEN: Mapping[str, Callable[[Path], object]] = {
    "parquet": _parquet,
    "column name": _column,
    "footer": _footer,
    "arrow": _arrow,
    "gzip": lambda file: file.write_bytes(gzip.compress(DOWNLOAD.encode())),
    "json": _json,
    "base64": lambda file: file.write_bytes(base64.b64encode(b"xyz:" + DOWNLOAD.encode() + b"!")),
    "url": lambda file: file.write_text(f"?next={quote(quote(DOWNLOAD, safe=''), safe='')}&x=1"),
}
