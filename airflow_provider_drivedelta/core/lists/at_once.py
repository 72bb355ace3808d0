"""Whole columns of texts cast by Arrow, for the kinds and shapes where all rows can be read alike.

Each reader either gives exactly what `one_text` gives for every row, or refuses the column.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_drivedelta.core.lists.kinds import ARROW_TYPES, PERSON, UTC_TIME, Kind
from airflow_provider_drivedelta.core.lists.misfit import Misfit
from airflow_provider_drivedelta.core.lists.zone import SiteZone

if TYPE_CHECKING:  # only the stubs know what an array holds
    Array = pa.Array[Any]

_YEAR_2 = -62_104_060_800_000_000  # microseconds from 1970 to 0002-01-01: all before means "none"
_YEAR_10000 = 253_402_300_800_000_000
_GUID = r"^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$"


def _text(texts: Array, zone: SiteZone | None) -> Array:
    return texts


def _number(texts: Array, zone: SiteZone | None) -> Array:
    numbers = pc.cast(_blank_as_null(texts), pa.float64())
    if not _all(pc.is_finite(numbers)):
        raise Misfit("numbers within a double")
    return numbers


def _integer(texts: Array, zone: SiteZone | None) -> Array:
    filled = _blank_as_null(texts)
    if _any(pc.match_substring(filled, "x", ignore_case=True)):
        raise Misfit("numbers that are decimal")  # Arrow would read 0x10 as 16
    return pc.cast(filled, pa.int64())


def _boolean(texts: Array, zone: SiteZone | None) -> Array:
    return pc.cast(_blank_as_null(texts), pa.bool_())


def _datetime(texts: Array, zone: SiteZone | None) -> Array:
    moments = pc.cast(_blank_as_null(texts), UTC_TIME)
    counted = moments.cast(pa.int64())
    earliest, latest = pc.min(counted).as_py(), pc.max(counted).as_py()
    if earliest is not None and not _YEAR_2 <= earliest <= latest < _YEAR_10000:
        raise Misfit("moments that a calendar has")
    return moments


def _date(texts: Array, zone: SiteZone | None) -> Array:
    if zone is None or zone.name:
        raise Misfit("a zone without history")
    moments = _datetime(texts, zone)
    days, unsure = zone.days(moments.cast(pa.int64()).fill_null(0).to_numpy())
    absent = moments.is_null().to_numpy(zero_copy_only=False)
    if (unsure & ~absent).any():
        raise Misfit("midnights in the site's zone")
    return pa.array(days, pa.int32(), mask=absent).cast(pa.date32())


def _lookup(texts: Array, zone: SiteZone | None) -> Array:
    ids, values = _keyed(texts)
    return _struct("lookup", [ids, values], texts.is_null())


def _user(texts: Array, zone: SiteZone | None) -> Array:
    ids, names = _keyed(texts)
    return _struct("user", _persons(ids, names), texts.is_null())


def _lookups(texts: Array, zone: SiteZone | None) -> Array:
    starts, ids, values = _several_keyed(texts)
    return _lists(starts, _struct("lookup", [ids, values]), texts)


def _users(texts: Array, zone: SiteZone | None) -> Array:
    starts, ids, names = _several_keyed(texts)
    return _lists(starts, _struct("user", _persons(ids, names)), texts)


def _lists(starts: Array, values: Array, texts: Array) -> Array:
    from_arrays: Any = pa.ListArray.from_arrays  # its stubs know no mask
    lists: Array = from_arrays(starts, values, mask=texts.is_null())
    return lists


def _persons(ids: Array, names: Array) -> list[Array]:
    if _any(pc.match_substring(names, ",#")):
        raise Misfit("names alone")
    return [ids, names, *[pa.nulls(len(ids), pa.string())] * (len(PERSON) - 1)]


def _keyed(texts: Array) -> tuple[Array, Array]:
    """Ids and texts of `1;#Title`."""
    _without_semicolons(texts)
    ids, values = _halves(texts, ";#")
    return _integer(ids, None), values


def _several_keyed(texts: Array) -> tuple[Array, Array, Array]:
    """Where each row's begin, the ids and the texts of `1;#a;#2;#b`."""
    _without_semicolons(texts)
    parts = pc.split_pattern(_blank_as_null(texts), ";#")
    lengths = pc.list_value_length(parts).fill_null(0).to_numpy()
    flat = parts.flatten()
    if (lengths % 2).any() or flat.null_count:
        raise Misfit("pairs of an id and a text")
    starts = np.concatenate([[0], np.cumsum(lengths // 2)]).astype(np.int32)
    ids = _integer(flat.take(np.arange(0, len(flat), 2)), None)
    if ids.null_count:
        raise Misfit("ids")
    return pa.array(starts), ids, flat.take(np.arange(1, len(flat), 2))


def _without_semicolons(texts: Array) -> None:
    if _any(pc.match_substring(texts, ";;")):
        raise Misfit("texts without semicolons")


def _url(texts: Array, zone: SiteZone | None) -> Array:
    if _any(pc.match_substring(texts, ",,")):
        raise Misfit("addresses without commas")
    addresses, descriptions = _halves(texts, ", ")
    return _struct("url", [addresses, _blank_as_null(descriptions)], texts.is_null())


def _halves(texts: Array, separator: str) -> tuple[Array, Array]:
    """What stands before and behind the first separator, in a column where all have one."""
    halves = pc.split_pattern(texts, separator, max_splits=1).flatten()
    if len(halves) != 2 * (len(texts) - texts.null_count):
        raise Misfit("two parts")
    absent = texts.is_null().to_numpy(zero_copy_only=False)
    firsts = pa.array(np.cumsum(~absent) * 2 - 2, pa.int64(), mask=absent)
    return halves.take(firsts), halves.take(pc.add(firsts, pa.scalar(1)))


def _struct(kind: Kind, parts: list[Array], absent: Array | None = None) -> Array:
    shape = cast(pa.StructType, ARROW_TYPES[kind])
    return pa.StructArray.from_arrays(parts, fields=shape.fields, mask=absent)


def _guid(texts: Array, zone: SiteZone | None) -> Array:
    bare = pc.ascii_lower(pc.utf8_trim(_blank_as_null(texts), characters="{}"))
    if not _all(pc.match_substring_regex(bare, _GUID)):
        raise Misfit("GUIDs")
    return bare


def _mask(texts: Array, zone: SiteZone | None) -> Array:
    filled = _blank_as_null(texts)
    if not _all(pc.starts_with(filled, "0x")):
        raise Misfit("masks in hexadecimal")
    return pc.cast(filled, pa.uint64())


def _blank_as_null(texts: Array) -> Array:
    blank = pc.equal(texts, pa.scalar(""))
    return pc.if_else(blank, pa.scalar(None, pa.string()), texts) if _any(blank) else texts


def _any(flags: Array) -> bool:
    return bool(pc.any(flags).as_py())


def _all(flags: Array) -> bool:
    return pc.all(flags).as_py() is not False


AT_ONCE: Mapping[Kind, Callable[[Array, SiteZone | None], Array]] = {
    "text": _text,
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
    "datetime": _datetime,
    "date": _date,
    "lookup": _lookup,
    "lookups": _lookups,
    "user": _user,
    "users": _users,
    "url": _url,
    "guid": _guid,
    "mask": _mask,
}
"""The kinds that Arrow can cast; texts of the others repeat, and are read one distinct text after the other."""
