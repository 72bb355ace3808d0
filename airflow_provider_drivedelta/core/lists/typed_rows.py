"""The rows of one answer, typed: headline columns, a column a field, what is left over, and the hashes of each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from airflow_provider_drivedelta.core.lists.columns import Column, FieldMap
from airflow_provider_drivedelta.core.lists.extra import extra_texts, only_at
from airflow_provider_drivedelta.core.lists.headline import HEADLINE, SOURCES
from airflow_provider_drivedelta.core.lists.joined import joined
from airflow_provider_drivedelta.core.lists.raw_rows import RawRows
from airflow_provider_drivedelta.core.lists.row_hash import hash_rows
from airflow_provider_drivedelta.core.lists.texts import TypedColumn, typed, typed_as

if TYPE_CHECKING:  # only the stubs know what an array holds
    AnyArray = pa.Array[Any]

TRACE = frozenset(
    {"_UIVersion", "_UIVersionString", "owshiddenversion", "Modified", "Editor"}
    | {"Last_x0020_Modified", "Modified_x0020_By"}
)
"""Fields that change with every change, whatever it was."""
AGGREGATES = frozenset({"ItemChildCount", "FolderChildCount"})
"""Fields that a folder's children move: kept fresh, and no change of the folder."""
PLACE = frozenset({"FileRef", "FileDirRef", "FileLeafRef"})
"""Fields that say where the item is: a folder's rename moves them without a word; `file_path` itself is compared."""


@dataclass(frozen=True, slots=True)
class RowHashes:
    """Of each row; 0 where it says nothing of the kind."""

    content: NDArray[np.uint64]
    """What a user would call the item: all typed columns but those of the trace, of place and of aggregates."""
    trace: NDArray[np.uint64]
    """What every change leaves behind: version, time and person of the last change."""


@dataclass(frozen=True, slots=True)
class TypedRows:
    """All rows of an answer, in its order."""

    batch: pa.RecordBatch
    """Headline columns, then those of the field map; see `schema`."""
    bad: Mapping[int, Sequence[str]]
    """Rows for quarantine, and the fields that do not fit: names only, never values."""
    hashes: RowHashes


def schema(fields: FieldMap) -> pa.Schema:
    """The columns of a list's items: the headline columns, then one a field, with what SharePoint calls it."""
    return pa.schema([*HEADLINE, *(column.arrow for column in fields.columns)])


def type_rows(raw: RawRows, fields: FieldMap, *, site_id: str, list_id: str) -> TypedRows:
    """Type the rows of one answer."""
    found = _Typing(raw.columns, fields, raw.count)
    own = {column.name: found.column(column) for column in fields.columns}
    headline = found.headline(site_id, list_id)
    batch = pa.RecordBatch.from_arrays([*headline, *own.values()], schema=schema(fields))
    return TypedRows(batch, found.bad, _hashes(raw.columns, fields, raw.count))


class _Typing:
    """What becomes of the texts of one answer; `bad` and what is left over fill as columns are made."""

    def __init__(self, texts: Mapping[str, AnyArray], fields: FieldMap, count: int) -> None:
        self.bad: dict[int, list[str]] = {}
        self._made: dict[str, AnyArray] = {}
        self._texts, self._fields, self._count = texts, fields, count
        self._left = {name: t for name, t in texts.items() if name not in SOURCES and name not in fields.live}

    def column(self, column: Column) -> AnyArray:
        texts = self._texts.get(column.field.name) if column.live else None
        if texts is None:
            nothing: AnyArray = pa.nulls(self._count, cast(Any, column.arrow.type))
            return nothing
        name = column.field.name
        values = self._noted(name, typed(column, texts, zone=self._fields.zone))
        if (column.kind, column.prefix) == SOURCES.get(name):
            self._made[name] = values  # for the headline columns, too
        return values

    def headline(self, site_id: str, list_id: str) -> Sequence[AnyArray]:
        source = {name: self._source(name) for name in SOURCES}
        self._require_ids(source["ID"])
        path, kind = source["FileRef"], source["FSObjType"]
        made = {
            "site_id": self._same(site_id),
            "list_id": self._same(list_id),
            "id": source["ID"],
            "unique_id": source["UniqueId"],
            "title": source["Title"],
            "version": source["_UIVersionString"],
            "file_path": pc.replace_substring_regex(path, r"\A/*", "/"),
            "is_folder": pc.equal(kind, pa.scalar(1, pa.int64())),
            "created_at": source["Created"],
            "modified_at": source["Modified"],
            "created_by": pc.struct_field(source["Author"], "name"),
            "modified_by": pc.struct_field(source["Editor"], "name"),
            "etag": _etag(source["UniqueId"], source["owshiddenversion"]),
            "extra": extra_texts(self._left, self._count),
        }
        return [made[name] for name in HEADLINE.names]

    def _source(self, name: str) -> AnyArray:
        kind, prefix = SOURCES[name]
        if name in self._made:
            return self._made[name]
        texts = self._texts.get(name, pa.nulls(self._count, pa.string()))
        return self._noted(name, typed_as(kind, prefix, texts, zone=self._fields.zone))

    def _noted(self, name: str, read: TypedColumn) -> AnyArray:
        for row in read.bad:
            told = self.bad.setdefault(row, [])
            if name not in told:
                told.append(name)
        if read.aside:
            self._left[name] = only_at(self._texts[name], read.aside)
        return read.values

    def _require_ids(self, ids: AnyArray) -> None:
        for row in np.flatnonzero(ids.is_null().to_numpy(zero_copy_only=False)).tolist():
            told = self.bad.setdefault(row, [])
            if "ID" not in told:
                told.append("ID")

    def _same(self, text: str) -> AnyArray:
        return pa.repeat(pa.scalar(text), self._count)


def _etag(unique_ids: AnyArray, versions: AnyArray) -> AnyArray:
    """The tag as Graph writes it: `"<unique id>,<version>"`, quotes included."""
    return joined('"', unique_ids, ",", versions.cast(pa.string()), '"')


def _hashes(texts: Mapping[str, AnyArray], fields: FieldMap, count: int) -> RowHashes:
    named = {name: stable_name(column, fields) for name, column in fields.live.items()}
    named |= {name: f":{name}" for name in SOURCES}  # a colon is in no column's name
    told = {name: key for name, key in named.items() if name in texts and name not in AGGREGATES | PLACE}
    content = {key: texts[name] for name, key in told.items() if name not in TRACE}
    trace = {key: texts[name] for name, key in told.items() if name in TRACE}
    return RowHashes(hash_rows(content, count), hash_rows(trace, count))


def stable_name(column: Column, fields: FieldMap) -> str:
    """A retyped field has another column and so another hash: its rows must be told again to fill it.

    The same holds of days when the site's zone moves: the texts stay, the days may not.
    """
    zone = fields.zone
    return f"{column.name}@{zone.bias}{zone.name or ''}" if column.kind == "date" and zone else column.name
