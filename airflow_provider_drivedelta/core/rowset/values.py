"""What a declared type means: dt:type (and rs:dbtype) → Arrow type, and how text becomes it without a wrong value.

Each cast takes an array of strings and gives an array of its type, or raises ValueError if one text does not obey.
Arrow's own casts do the work; what they would take amiss (hexadecimal integers, floats beyond their range) is refused,
and what services write that Arrow does not take (`10.0000` for an integer, `-1` for true) is tried after it.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_drivedelta.core.rowset.declared import Column

Cast = Callable[["pa.Array[Any]"], "pa.Array[Any]"]


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read the values of a column."""

    type: pa.DataType
    cast: Cast


def readings(column: Column) -> tuple[Reading, ...]:
    """The ways to read a column, best first; empty for types that are text, or that nobody knows."""
    kind, dbtype = column.type.lower(), column.dbtype.lower()
    if kind == "number" or dbtype in _DECIMALS:
        return _decimal(column, dbtype)
    return _READINGS.get(kind, ())


def is_known(column: Column) -> bool:
    kind = column.type.lower()
    return kind in _READINGS or kind in _TEXTS or kind == "number"


def _decimal(column: Column, dbtype: str) -> tuple[Reading, ...]:
    if dbtype == "currency":
        return (_MONEY,)
    precision, scale = column.precision or 38, column.scale
    if scale is None:
        if not column.precision:  # a number without bounds
            return ()
        scale = 0
    if precision > 76 or scale > precision:
        return ()
    wide = pa.decimal128 if precision <= 38 else pa.decimal256
    return (_plain(wide(precision, scale)),)


def _plain(type_: pa.DataType) -> Reading:
    def cast(texts: pa.Array[Any]) -> pa.Array[Any]:
        try:
            return texts.cast(type_)
        except pa.ArrowInvalid:
            return pc.utf8_trim_whitespace(texts).cast(type_)

    return Reading(type_, cast)


def _integer(type_: pa.DataType) -> Reading:
    def cast(texts: pa.Array[Any]) -> pa.Array[Any]:
        characters = texts.buffers()[2]
        if characters is not None and b"x" in characters.to_pybytes().lower():  # Arrow would read 0x10 as 16
            raise ValueError("hexadecimal")
        try:
            return texts.cast(type_)
        except pa.ArrowInvalid:
            return pc.replace_substring_regex(texts, r"^\s*\+?(-?\d+)(?:\.0*)?\s*$", r"\1").cast(type_)

    return Reading(type_, cast)


def _float(type_: pa.DataType) -> Reading:
    plain = _plain(type_)

    def cast(texts: pa.Array[Any]) -> pa.Array[Any]:
        values = plain.cast(texts)
        # Beyond the type's range Arrow gives infinity or zero: only what says so itself may be that.
        odd = pc.or_(pc.invert(pc.is_finite(values)), pc.equal(values, pa.scalar(0.0, type_)))
        if pc.any(odd).as_py():
            literal = pc.match_substring_regex(
                texts.filter(odd), r"(?i)^\s*[+-]?(?:inf|infinity|nan|[0.]+(?:e.*)?)\s*$"
            )
            if not pc.all(literal).as_py():
                raise ValueError("out of range")
        return values

    return Reading(type_, cast)


def _boolean(texts: pa.Array[Any]) -> pa.Array[Any]:
    try:
        return texts.cast(pa.bool_())
    except pa.ArrowInvalid:
        return pc.replace_substring_regex(texts, r"^\s*(?:-(1)|(\w+))\s*$", r"\1\2").cast(pa.bool_())


def _timestamp(type_: pa.DataType) -> Reading:
    def cast(texts: pa.Array[Any]) -> pa.Array[Any]:
        try:
            return texts.cast(type_)
        except pa.ArrowInvalid:  # zeros below the microsecond lose nothing
            short = pc.replace_substring_regex(texts, r"^\s*(\S+?\.\d{6})0+([^\d.]\S*)?\s*$", r"\1\2")
            return pc.utf8_trim_whitespace(short).cast(type_)

    return Reading(type_, cast)


def _date(texts: pa.Array[Any]) -> pa.Array[Any]:
    try:
        return texts.cast(pa.date32())
    except pa.ArrowInvalid:
        return pc.replace_substring_regex(texts, r"^\s*(\S+?)(?:[T ]00:00(?::00)?(?:\.0+)?)?\s*$", r"\1").cast(
            pa.date32()
        )


def _time(texts: pa.Array[Any]) -> pa.Array[Any]:
    # Arrow casts no text to times, but text that ends like this one to timestamps.
    on_a_day = pc.replace_substring_regex(texts, r"^\s*(\d.*?)\s*$", r"1970-01-01T\1")
    return on_a_day.cast(pa.timestamp("us")).cast(pa.time64("us"))


def _binary(decode: Callable[[str], bytes]) -> Reading:
    def cast(texts: pa.Array[Any]) -> pa.Array[Any]:
        decoded = (None if text is None else decode(text) for text in texts.to_pylist())
        return pa.array(decoded, pa.binary(), size=len(texts))

    return Reading(pa.binary(), cast)


def _from_base64(text: str) -> bytes:
    return base64.b64decode("".join(text.split()), validate=True)


_NAIVE: Final = _timestamp(pa.timestamp("us"))
_UTC: Final = _timestamp(pa.timestamp("us", "UTC"))
_MONEY: Final = _plain(pa.decimal128(19, 4))
_R4: Final = _float(pa.float32())
_R8: Final = _float(pa.float64())
_I4: Final = _integer(pa.int32())

_DECIMALS: Final = frozenset({"currency", "decimal", "numeric", "varnumeric"})

# Types of XML-Data that are text, ADO's among them; uuid stays as it is written, in braces.
_TEXTS: Final = frozenset(
    {"string", "char", "uuid", "uri", "entity", "entities", "enumeration", "id", "idref", "idrefs"}
    | {"nmtoken", "nmtokens", "notation", "time.tz"}
)

_READINGS: Final[dict[str, tuple[Reading, ...]]] = {
    "i1": (_integer(pa.int8()),),
    "i2": (_integer(pa.int16()),),
    "i4": (_I4,),
    "int": (_I4,),
    "i8": (_integer(pa.int64()),),
    "ui1": (_integer(pa.uint8()),),
    "ui2": (_integer(pa.uint16()),),
    "ui4": (_integer(pa.uint32()),),
    "ui8": (_integer(pa.uint64()),),
    "r4": (_R4,),
    "float.ieee.754.32": (_R4,),
    "r8": (_R8,),
    "float": (_R8,),
    "float.ieee.754.64": (_R8,),
    "fixed.14.4": (_MONEY,),
    "boolean": (Reading(pa.bool_(), _boolean),),
    "datetime": (_NAIVE, _UTC),
    "datetime.iso8601": (_NAIVE, _UTC),
    "datetime.tz": (_UTC, _NAIVE),
    "datetime.iso8601tz": (_UTC, _NAIVE),
    "date": (Reading(pa.date32(), _date),),
    "date.iso8601": (Reading(pa.date32(), _date),),
    "time": (Reading(pa.time64("us"), _time),),
    "time.iso8601": (Reading(pa.time64("us"), _time),),
    "bin.hex": (_binary(bytes.fromhex),),
    "bin.base64": (_binary(_from_base64),),
}
