"""Columns of SharePoint's texts into typed arrays: at once where all fit, else one distinct text after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from airflow_provider_drivedelta.core.lists.at_once import AT_ONCE
from airflow_provider_drivedelta.core.lists.columns import Column
from airflow_provider_drivedelta.core.lists.kinds import ARROW_TYPES, Kind, Prefix
from airflow_provider_drivedelta.core.lists.misfit import Misfit, Untold
from airflow_provider_drivedelta.core.lists.one_text import Value, read_one
from airflow_provider_drivedelta.core.lists.results import read_result, without_result_type
from airflow_provider_drivedelta.core.lists.zone import SiteZone

if TYPE_CHECKING:  # only the stubs know what an array holds
    Texts = Sequence[str | None] | pa.Array[Any]

_ITEM_ID = r"\A\d+;#"


@dataclass(frozen=True, slots=True)
class TypedColumn:
    """The values of one column."""

    values: pa.Array[Any]
    bad: Sequence[int] = ()
    """Rows whose text does not fit: null here, and the row belongs into quarantine."""
    aside: Sequence[int] = ()
    """Rows whose text is right but has no form in this column: null here, and the text belongs into `extra`."""


def typed(column: Column, texts: Texts, *, zone: SiteZone | None) -> TypedColumn:
    """The texts of one field, typed; None is null."""
    return typed_as(column.kind, column.prefix, texts, zone=zone)


def typed_as(kind: Kind, prefix: Prefix, texts: Texts, *, zone: SiteZone | None) -> TypedColumn:
    given = texts if isinstance(texts, pa.Array) else pa.array(texts, pa.string())
    if given.null_count == len(given):
        return TypedColumn(pa.nulls(len(given), cast(Any, ARROW_TYPES[kind])))
    try:
        return TypedColumn(_at_once(given, kind, prefix, zone))
    except (Misfit, pa.ArrowInvalid):
        return _one_by_one(given, kind, prefix, zone)


def _at_once(given: pa.Array[Any], kind: Kind, prefix: Prefix, zone: SiteZone | None) -> pa.Array[Any]:
    if kind not in AT_ONCE:
        raise Misfit("a kind that Arrow casts")
    if prefix == "item":
        given = pc.replace_substring_regex(given, _ITEM_ID, "")
    elif prefix == "result":
        given = without_result_type(given, kind)
    return AT_ONCE[kind](given, zone)


def _one_by_one(given: pa.Array[Any], kind: Kind, prefix: Prefix, zone: SiteZone | None) -> TypedColumn:
    """Each distinct text once; lists and odd texts repeat, and what does not is rare or expensive either way."""
    if prefix == "item":
        given = pc.replace_substring_regex(given, _ITEM_ID, "")
    read = read_result if prefix == "result" else read_one
    coded = given.dictionary_encode()
    values: list[Value] = []
    bad, aside = [], []
    for code, text in enumerate(cast(list[str], coded.dictionary.to_pylist())):
        value = None
        try:
            value = read(kind, text, zone)
        except Untold:
            aside.append(code)
        except Misfit:
            bad.append(code)
        values.append(value)
    distinct = pa.array(values, ARROW_TYPES[kind])
    return TypedColumn(distinct.take(coded.indices), _rows(coded, bad), _rows(coded, aside))


def _rows(coded: pa.DictionaryArray[Any, Any], codes: Sequence[int]) -> Sequence[int]:
    """The rows that hold these entries of the dictionary."""
    if not codes:
        return ()
    said = coded.indices.fill_null(-1).to_numpy()
    return tuple(np.flatnonzero(np.isin(said, codes)).tolist())
