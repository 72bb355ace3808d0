"""Rowsets that services and ADO wrote are read to the right values; the recorded ones where there are any."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from airflow_provider_drivedelta.core.errors import BrokenFeed
from airflow_provider_drivedelta.core.rowset import Rowset, read_rowset
from tests.core.rowset.samples import samples

UTC = dt.UTC
SAMPLES = samples()
# Not one rowset each: a collection of excerpts, and a SOAP fault.
NO_ROWSET = {"msdoc_schema_section_snippets.txt", "ap_soapfault_0x82000001.xml"}

# For each file: how many rows, what happened to them, and some values of one of them (row, column → value).
EXPECTED: dict[str, tuple[list[str], dict[tuple[int, str], object]]] = {
    "pending_changes.xml": (
        ["updated", "unchanged", "inserted", "inserted", "deleted", "updated"],
        {(0, "City"): "Köln", (0, "People"): 300, (5, "City"): None},
    ),
    "orders.xml": (["unchanged"] * 2, {(1, "Lines"): []}),
    "list_content.xml": (["unchanged"] * 2, {(0, "Item Type"): 0, (0, "Created By"): "Ann;#Lee"}),
    "gsa_sites-SiteCollection-Lists-CustomList-1-f.xml": (
        ["unchanged"] * 2,
        {
            (0, "ID"): 2,
            (0, "Content Type ID"): "0x0100442459C9B5E59C4F9CFDC789A220FC92",
            (0, "Created By"): "System Account",
            (0, "Modified"): dt.datetime(2012, 5, 4, 21, 24, 32, tzinfo=UTC),
            (0, "Attachments"): True,
            (0, "Order"): 200.0,
            (0, "Copy Source"): None,
            (1, "Title"): "testing",
            (1, "Level"): 1,
        },
    ),
    "ms_prstfr_3_example.xml": (
        ["unchanged"] * 2,
        {
            (0, "bin"): bytes.fromhex("00000000499602d2"),
            (0, "GUID"): "{8AC68D3D-8A09-4403-8860-D0E494BBE894}",
            (0, "date"): dt.datetime(2008, 1, 25, 13, 4, tzinfo=UTC),
            (0, "float"): 3.1415926535897932,
            (0, "flag"): False,
            (1, "bin"): None,
            (1, "flag"): True,
        },
    ),
    "msdoc_hierarchical_stores_fragment.xml.txt": (["unchanged"] * 3, {(2, "stor_name"): "News & Brews"}),
    "msdoc_pending_changes_fragment.xml.txt": (
        ["unchanged", "updated", "inserted", "inserted", "inserted", "deleted"],
        {(1, "CompanyName"): "Federal Shipping", (1, "Phone"): "(503) 552-7134", (5, "ShipperID"): "1"},
    ),
    "msdoc_shippers_full.xml": (["unchanged"] * 3, {(0, "ShipperID"): 1, (0, "CompanyName"): "Speedy Express"}),
    "tg_binary.xml": (["inserted"], {(0, "BYTES_LONG"): bytes.fromhex("deadbeef00102030")}),
    "tg_empty.xml": ([], {}),
    "tg_flat_Boolean_null_states.xml": (
        ["updated", "unchanged", "inserted", "deleted"],
        {(0, "ID"): 1, (0, "VALUE_FIELD"): None, (2, "VALUE_FIELD"): None},
    ),
    "tg_flat_DBTimeStamp_states.xml": (
        ["updated", "unchanged", "inserted", "deleted"],
        {(0, "VALUE_FIELD"): dt.datetime(2026, 6, 12, 14, 30, 15)},
    ),
    "tg_flat_Date_states.xml": (
        ["updated", "unchanged", "inserted", "deleted"],
        {(3, "VALUE_FIELD"): dt.datetime(1999, 12, 31, 23, 59, 58)},
    ),
    "tg_flat_Decimal_precision_scale_18_6.xml": (
        ["unchanged"] * 6,
        {(0, "VALUE_FIELD"): Decimal("-999999999999.999999"), (2, "VALUE_FIELD"): 0, (5, "VALUE_FIELD"): None},
    ),
    "tg_flat_GUID_states.xml": (
        ["updated", "unchanged", "inserted", "deleted"],
        {(0, "VALUE_FIELD"): "{01234567-89AB-CDEF-0123-456789ABCDEF}"},
    ),
    "tg_flat_Integer_states.xml": (
        ["updated", "unchanged", "inserted", "deleted"],
        {(0, "VALUE_FIELD"): 1, (2, "VALUE_FIELD"): 2147483647, (3, "VALUE_FIELD"): -1},
    ),
    "tg_nulls.xml": (
        ["inserted"] * 2,
        {(0, "MAYBE_TEXT"): None, (0, "MAYBE_INT"): None, (1, "MAYBE_TEXT"): "", (1, "MAYBE_INT"): 0},
    ),
    "tg_orders_lines_product_shape.xml": (["unchanged"] * 3, {(0, "Freight"): Decimal("7.35")}),
    "tg_types_basic.xml": (
        ["inserted"] * 2,
        {
            (0, "FLAG"): True,
            (0, "AMOUNT"): Decimal("1234.56"),
            (0, "RATIO"): 3.1415899999999999,
            (1, "ID"): -2,
            (1, "WHEN_AT"): dt.datetime(1999, 12, 31, 23, 59, 58),
        },
    ),
    "visio_refreshusingxml_cities.xml": (["unchanged"] * 2, {(0, "Cities"): "New York"}),
    "ap_changes_add.xml": (["unchanged"], {(0, "ows_Integer"): "10.0000000000000", (0, "ows_UserMulti"): ""}),
    "ap_changes_delete.xml": ([], {}),
    "ap_changes_initial_with_schema.xml": (["unchanged"] * 2, {(0, "ows_Lookup"): "1;#Lookup 1"}),
    "ap_getlistitems.xml": (["unchanged"] * 4, {(0, "ows_Title"): "Mock 1"}),
    "gsa_unicode_chars.xml": (["unchanged"] * 3, {(0, "ows_FSObjType"): "74;#0"}),
    "msdoc_rest_reference_initial_escaped.xml": (["unchanged"], {(0, "ows_Title"): "<item title>"}),
    "rest_more_changes_and_moveaway.xml": (["unchanged"], {(0, "ows_ID"): "5"}),
    "rest_invalid_token.xml": ([], {}),
    "rest_list_restored.xml": ([], {}),
}


def read(name: str) -> Rowset:
    return read_rowset(SAMPLES[name].read_bytes(), where=name)


@pytest.mark.parametrize("name", [name for name in SAMPLES if name in EXPECTED])
def test_a_sample_is_read_to_the_right_values(name: str) -> None:
    """G4."""
    statuses, cells = EXPECTED[name]
    rowset = read(name)
    assert rowset.status.to_pylist() == statuses
    assert rowset.table.num_rows == len(statuses)
    assert {place: rowset.table[place[1]][place[0]].as_py() for place in cells} == cells
    assert rowset.originals.num_rows == statuses.count("updated")


@pytest.mark.parametrize("name", [name for name in SAMPLES if name not in NO_ROWSET])
def test_only_ids_and_property_bags_disobey_their_declared_types(name: str) -> None:
    disobedient = {"Content Type ID", "Property Bag"}
    assert set(read(name).as_text) <= disobedient


def test_every_sample_is_expected_to_be_something() -> None:
    assert {"pending_changes.xml", "orders.xml", "list_content.xml"} <= set(SAMPLES) <= set(EXPECTED) | NO_ROWSET


def test_excerpts_and_faults_are_refused() -> None:
    for name in NO_ROWSET & set(SAMPLES):
        with pytest.raises(BrokenFeed):
            read(name)


def test_a_shape_of_three_levels_keeps_every_row_below() -> None:
    def rows(value: Any) -> int:
        return sum(1 + sum(rows(nested) for nested in row.values() if isinstance(nested, list)) for row in value)

    counts = {
        name: rows(read(name).table.to_pylist())
        for name in SAMPLES
        if name in ("orders.xml", "tg_orders_lines_product_shape.xml")
    }
    assert counts.items() <= {"orders.xml": 6, "tg_orders_lines_product_shape.xml": 3 + 9 + 9}.items()
