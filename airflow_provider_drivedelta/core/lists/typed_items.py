"""The list items of one Graph page, typed as rows of SharePoint's own are: the same columns, from JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote, urlsplit

import pyarrow as pa

from airflow_provider_drivedelta.core.changes import Json, JsonObject
from airflow_provider_drivedelta.core.lists.columns import FieldMap
from airflow_provider_drivedelta.core.lists.headline import HEADLINE, TOLD_WHOLE
from airflow_provider_drivedelta.core.lists.json_columns import compared, typed_graph, values_of
from airflow_provider_drivedelta.core.lists.one_json import whole_characters
from airflow_provider_drivedelta.core.lists.row_hash import hash_rows
from airflow_provider_drivedelta.core.lists.texts import typed_as
from airflow_provider_drivedelta.core.lists.typed_rows import (
    AGGREGATES,
    PLACE,
    TRACE,
    RowHashes,
    TypedRows,
    schema,
    stable_name,
)
from airflow_provider_drivedelta.core.pre_authenticated import TooDeep, without_credentials

if TYPE_CHECKING:  # only the stubs know what an array holds
    AnyArray = pa.Array[Any]

_FOLDER = "0x0120"  # what the content type id of every folder begins with
_UNIQUE_ID = re.compile(r'^"?\{?(?P<id>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\}?,')
_TRACE = ("eTag", "lastModifiedDateTime", "lastModifiedBy")
"""Properties of the item itself that change with every change, as do the fields of `typed_rows.TRACE`."""
_TOLD = frozenset({"id", "eTag", "createdDateTime", "lastModifiedDateTime", "webUrl", "fields", "@odata.etag"})
"""Properties of which a column says all there is."""
_TOLD_FIELDS = frozenset({"id", "@odata.etag"}) | TOLD_WHOLE


def type_items(items: Sequence[JsonObject], fields: FieldMap, *, site_id: str, list_id: str) -> TypedRows:
    """Type the items of one page, none of them deleted."""
    page = _Page(items, fields)
    own = [page.column(number) for number in range(len(fields.columns))]
    headline = page.headline(site_id, list_id)
    batch = pa.RecordBatch.from_arrays([*headline, *own], schema=schema(fields))
    return TypedRows(batch, page.bad, page.hashes())


class _Page:
    """What becomes of the items of one page; `bad` and what is left over fill as columns are made."""

    def __init__(self, items: Sequence[JsonObject], fields: FieldMap) -> None:
        self.bad: dict[int, list[str]] = {}
        self._items, self._map = items, fields
        self._fields = [_object(item, "fields") for item in items]
        told = {name for column in fields.live for name in (column, f"{column}LookupId")} | _TOLD_FIELDS
        self._left: list[dict[str, Json]] = [
            {name: value for name, value in said.items() if name not in told} for said in self._fields
        ]

    def column(self, number: int) -> AnyArray:
        column = self._map.columns[number]
        if not column.live:
            nothing: AnyArray = pa.nulls(len(self._items), cast(Any, column.arrow.type))
            return nothing
        values = values_of(column, self._fields)
        read = typed_graph(column, values, zone=self._map.zone)
        self._note(column.field.name, read.bad)
        for row in read.aside:
            self._left[row][column.field.name] = values[row]
        return read.values

    def headline(self, site_id: str, list_id: str) -> Sequence[AnyArray]:
        made: dict[str, AnyArray] = {
            "site_id": pa.array([site_id] * len(self._items), pa.string()),
            "list_id": pa.array([list_id] * len(self._items), pa.string()),
            "id": self._ids(),
            "unique_id": self._texts([_unique_id(item) for item in self._items]),
            "title": self._texts([_text(said, "Title") for said in self._fields]),
            "version": self._texts([_text(said, "_UIVersionString") for said in self._fields]),
            "file_path": self._texts([_path(item) for item in self._items]),
            "is_folder": pa.array([_is_folder(item) for item in self._items], pa.bool_()),
            "created_at": self._moments("createdDateTime"),
            "modified_at": self._moments("lastModifiedDateTime"),
            "created_by": self._texts([_person(item, "createdBy") for item in self._items]),
            "modified_by": self._texts([_person(item, "lastModifiedBy") for item in self._items]),
            "etag": self._texts([_text(item, "eTag") for item in self._items]),
        }
        made["extra"] = pa.array([self._extra(row) for row in range(len(self._items))], pa.string())
        return [made[name] for name in HEADLINE.names]

    def hashes(self) -> RowHashes:
        content = {":Title": [said.get("Title") for said in self._fields]}
        content[":createdDateTime"] = [item.get("createdDateTime") for item in self._items]
        trace = {f":{name}": [item.get(name) for item in self._items] for name in _TRACE}
        trace[":_UIVersionString"] = [said.get("_UIVersionString") for said in self._fields]
        for name, column in self._map.live.items():
            if name not in AGGREGATES | PLACE:
                told = trace if name in TRACE else content
                told[stable_name(column, self._map)] = list(values_of(column, self._fields))
        return RowHashes(self._hashed(content), self._hashed(trace))

    def _hashed(self, values: Mapping[str, Sequence[Json]]) -> Any:
        return hash_rows({name: compared(told) for name, told in values.items()}, len(self._items))

    def _ids(self) -> AnyArray:
        read = typed_as("integer", "", [_text(item, "id") for item in self._items], zone=None)
        ids: AnyArray = read.values
        self._note("id", [row for row in range(len(self._items)) if not ids[row].is_valid])
        return ids

    def _moments(self, name: str) -> AnyArray:
        read = typed_as("datetime", "", [_text(item, name) for item in self._items], zone=None)
        self._note(name, read.bad)
        return read.values

    def _texts(self, texts: Sequence[str | None]) -> AnyArray:
        return pa.array([text and whole_characters(text) for text in texts], pa.string())

    def _note(self, name: str, rows: Sequence[int]) -> None:
        for row in rows:
            self.bad.setdefault(row, []).append(name)

    def _extra(self, row: int) -> str | None:
        said = {name: value for name, value in self._items[row].items() if name not in _TOLD}
        try:
            left = cast(dict[str, Json], without_credentials(said))
        except TooDeep:
            self._note("extra", [row])
            return None
        if self._left[row]:  # the fields are the users' own, whatever their names
            left["fields"] = self._left[row]
        return whole_characters(json.dumps(left, ensure_ascii=False, sort_keys=True)) if left else None


def _object(said: JsonObject, name: str) -> JsonObject:
    found = said.get(name)
    return found if isinstance(found, Mapping) else {}


def _text(said: JsonObject, name: str) -> str | None:
    found = said.get(name)
    return whole_characters(found) if isinstance(found, str) else None


def _person(item: JsonObject, name: str) -> str | None:
    """Who it was: a person, or the application that did it."""
    said = _object(item, name)
    return next(filter(None, (_text(_object(said, kind), "displayName") for kind in ("user", "application"))), None)


def _path(item: JsonObject) -> str | None:
    """The path of the item on its host, as SharePoint itself tells it."""
    try:
        path = unquote(urlsplit(_text(item, "webUrl") or "").path)
    except ValueError:
        return None
    return path or None


def _unique_id(item: JsonObject) -> str | None:
    told = _text(_object(item, "sharepointIds"), "listItemUniqueId")
    found = _UNIQUE_ID.match(_text(item, "eTag") or "")
    return (told or (found["id"] if found else "")).strip("{}").lower() or None


def _is_folder(item: JsonObject) -> bool | None:
    told = _text(_object(item, "contentType"), "id")
    return told.lower().startswith(_FOLDER) if told else None
