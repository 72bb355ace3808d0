"""What calculated fields give: `float;#1.5`, `string;#…`, `error;#…`, each value saying its own type.

A formula may well give another type than its field declares (a text where a number was meant, an error of its
division by zero). That is no fault of the row: such a value is untold, never quarantined.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_drivedelta.core.lists.kinds import Kind
from airflow_provider_drivedelta.core.lists.misfit import Misfit, Untold
from airflow_provider_drivedelta.core.lists.one_text import Value, read_one
from airflow_provider_drivedelta.core.lists.zone import SiteZone

_RESULT = re.compile(r"(string|float|integer|datetime|boolean|error);#", re.IGNORECASE)
_EXPECTED: Mapping[Kind, tuple[str, ...]] = {
    "number": ("float", "integer"),
    "integer": ("float", "integer"),
    "boolean": ("boolean",),
    "datetime": ("datetime",),
    "date": ("datetime",),
    "text": ("string", "float", "integer", "datetime", "boolean"),
}


def read_result(kind: Kind, text: str, zone: SiteZone | None) -> Value:
    """The value of one calculated text.

    :raises Untold: it is an error, or of another type than the field declares.
    """
    found = _RESULT.match(text)
    value = text[found.end() :] if found else text
    result = found[1].lower() if found else _EXPECTED[kind][0]
    if result == "error":
        raise Untold("the result of a formula")
    if not value:
        return "" if kind == "text" else None
    if result not in _EXPECTED[kind]:
        raise Untold("the declared result of a formula")
    try:
        return read_one(kind, value, zone)
    except Misfit as misfit:
        raise Untold(str(misfit)) from None


def without_result_type(texts: pa.Array[Any], kind: Kind) -> pa.Array[Any]:
    """The values of a column whose every text has the type that the field declares.

    :raises Misfit: one has another.
    """
    prefix = f"{_EXPECTED[kind][0]};#"
    if not pc.all(pc.starts_with(texts, prefix)).as_py():
        raise Misfit("one type of result")
    return pc.utf8_slice_codeunits(texts, start=len(prefix))
