"""Columns of texts joined row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:  # only the stubs know what an array holds
    TextArray = pa.Array[Any]
    Part = TextArray | str

_join_element_wise: Any = pc.binary_join_element_wise  # its stubs allow no mixture of arrays and constants


def joined(*parts: Part, between: str = "", skip: bool = False) -> TextArray:
    """Each row's parts, one behind the other; of columns and constants.

    :param skip: leave out the parts that are null; else a row with one is null. At least one part must then be a
        constant: Arrow drops a row in which all parts are null, and all rows behind move up.
    """
    texts = [pa.scalar(part) if isinstance(part, str) else part for part in parts]
    rows = _join_element_wise(*texts, pa.scalar(between), null_handling="skip" if skip else "emit_null")
    return cast("TextArray", rows)
