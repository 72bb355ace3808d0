"""Rows come out as the rowset tells them: unchanged, inserted, updated from what they were, deleted (G4, G5)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from airflow_provider_drivedelta.core.errors import BrokenFeed, RetryLater
from airflow_provider_drivedelta.core.rowset import Repairs, read_rowset
from tests.core.rowset.rowsets import FIXTURES, NAMESPACES, column, row, rowset

ID_AND_NAME = [column("Id", "int"), column("Name", "string")]


def fixture(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()


def test_pending_changes_say_what_happened_to_each_row() -> None:
    """G4: rs:insert, rs:update with rs:original, rs:delete, rs:forcenull."""
    read = read_rowset(fixture("pending_changes.xml"))
    assert list(zip(read.status.to_pylist(), read.table.to_pylist(), strict=True)) == [
        ("updated", {"ID": 1, "City": "Köln", "People": 300}),
        ("unchanged", {"ID": 2, "City": "Ulm", "People": None}),
        ("inserted", {"ID": 3, "City": "", "People": None}),
        ("inserted", {"ID": 4, "City": "Gera", "People": 90}),
        ("deleted", {"ID": 5, "City": "Jena", "People": 110}),
        ("updated", {"ID": 6, "City": None, "People": None}),
    ]
    assert read.originals.to_pylist() == [
        {"ID": 1, "City": "Bonn", "People": 300},
        {"ID": 6, "City": "Hof", "People": 45},
    ]
    assert read.originals.schema == read.table.schema
    assert not read.as_text
    assert not read.repairs


def test_several_updates_in_one_element_are_paired_in_order() -> None:
    body = rowset(
        ID_AND_NAME,
        [
            "<rs:update><rs:original><z:row Id='1' Name='a'/><z:row Id='2' Name='b'/></rs:original>"
            "<z:row Name='A'/><z:row Name='B'/></rs:update>"
        ],
    )
    read = read_rowset(body)
    assert read.table.to_pylist() == [{"Id": 1, "Name": "A"}, {"Id": 2, "Name": "B"}]
    assert read.originals.to_pylist() == [{"Id": 1, "Name": "a"}, {"Id": 2, "Name": "b"}]


def test_a_type_that_an_original_disobeys_is_text_in_both_tables() -> None:
    body = rowset(
        ID_AND_NAME,
        ["<z:row Id='007'/><rs:update><rs:original><z:row Id='x'/></rs:original><z:row Id='1'/></rs:update>"],
    )
    read = read_rowset(body)
    assert read.table["Id"].to_pylist() == ["007", "1"]
    assert read.originals["Id"].to_pylist() == ["x"]
    assert read.originals.schema == read.table.schema


def test_chapters_are_nested_lists() -> None:
    """G4: chapters as nested lists, deeper ones too; a row without any has an empty list."""
    read = read_rowset(fixture("orders.xml"))
    lamp = {"Product": "Lamp", "Price": Decimal("12.5000"), "Parts": [{"Part": 7}, {"Part": 8}]}
    desk = {"Product": "Desk", "Price": Decimal("0.0100"), "Parts": []}
    assert read.table.to_pylist() == [{"Id": 1, "Lines": [lamp, desk]}, {"Id": 2, "Lines": []}]


def test_a_chapters_column_that_disobeys_is_named_with_its_chapter() -> None:
    read = read_rowset(fixture("orders.xml").replace(b"Part='8'", b"Part='eight'"))
    assert read.as_text == {"Lines.Parts.Part": "declared i2, but row 2 holds 'eight'"}
    assert [part["Part"] for part in read.table.to_pylist()[0]["Lines"][0]["Parts"]] == ["7", "eight"]


def test_a_rowset_inside_of_other_elements_is_found() -> None:
    """SharePoint's own GetContent: types in lower case, lookups, a Title twice, an integer that is none."""
    read = read_rowset(fixture("list_content.xml"))
    first, second = read.table.to_pylist()
    assert first == {
        "Content Type ID": "0x01",
        "Title": "First",
        "ows_LinkTitle": "First",
        "Created By": "Ann;#Lee",
        "Item Type": 0,
        "Modified": dt.datetime(2026, 2, 3, 4, 5, 6, tzinfo=dt.UTC),
        "Attachments": True,
    }
    assert (second["Created By"], second["Item Type"], second["Modified"]) == (None, 1, None)
    assert read.as_text == {"Content Type ID": "declared int, but row 1 holds '0x01'"}


def test_rows_without_a_schema_are_text_in_the_columns_they_bring() -> None:
    rows = "<z:row b='' a='0x01'/><z:row c='3' rs:x='?'/>"
    body = f"<listitems {NAMESPACES}><Changes/><rs:data ItemCount='2'>{rows}</rs:data></listitems>"
    read = read_rowset(body.encode())
    assert read.table.to_pylist() == [{"b": "", "a": "0x01", "c": None}, {"b": None, "a": None, "c": "3"}]
    assert read.status.to_pylist() == ["unchanged", "unchanged"]


def test_columns_that_come_late_are_null_before() -> None:
    rows = [row({"a": str(number)}) for number in range(30_000)] + [row({"b": "late"})]
    read = read_rowset(f"<rs:data {NAMESPACES}>{''.join(rows)}</rs:data>".encode())
    assert read.table["a"].to_pylist() == [*map(str, range(30_000)), None]
    assert read.table["b"].to_pylist() == [None] * 30_000 + ["late"]


def test_no_rows_without_a_schema_are_no_columns() -> None:
    read = read_rowset(f"<listitems {NAMESPACES}><rs:data ItemCount='0'/></listitems>".encode())
    assert (read.table.num_columns, read.table.num_rows) == (0, 0)


def test_without_a_schema_an_update_keeps_columns_that_only_its_original_has() -> None:
    update = "<rs:update><rs:original><z:row a='1' b='2'/></rs:original><z:row c='3' rs:forcenull='b'/></rs:update>"
    read = read_rowset(f"<rs:data {NAMESPACES}>{update}</rs:data>".encode())
    assert read.table.to_pylist() == [{"a": "1", "c": "3", "b": None}]
    assert read.originals.to_pylist() == [{"a": "1", "c": None, "b": "2"}]


def test_rows_without_attributes_are_rows() -> None:
    read = read_rowset(f"<rs:data {NAMESPACES}><z:row/><rs:delete><z:row/></rs:delete></rs:data>".encode())
    assert (read.table.num_columns, read.table.num_rows) == (0, 2)
    assert read.status.to_pylist() == ["unchanged", "deleted"]


def test_rows_alike_and_rows_unlike_keep_their_values_in_place() -> None:
    """Rows with all, some, other and no attributes, in any order of them, over several chunks."""
    shapes: list[dict[str, str | None]] = [
        {"Id": "1", "Name": "a"},
        {"Name": "b", "Id": "2"},
        {"Name": "c"},
        {"Id": "4", "x": ""},
        {},
    ]
    for given in ([shapes[0]] * 40_000, shapes * 8_000, [shapes[0]] * 9_000 + shapes):
        read = read_rowset(rowset(ID_AND_NAME, [row(values) for values in given]))
        assert read.table["Name"].to_pylist() == [values.get("Name") for values in given]
        numbers = [values.get("Id") for values in given]
        assert read.table["Id"].to_pylist() == [None if number is None else int(number) for number in numbers]


def test_a_broken_body_is_mended_and_its_rows_come_once() -> None:
    """G5: duplicate attributes, control characters."""
    body = rowset(ID_AND_NAME, ["<z:row Id='1' Name='a'/>", "<z:row Id='2' Name='b&#0;' Name='c'/>"])
    read = read_rowset(body)
    assert read.table.to_pylist() == [{"Id": 1, "Name": "a"}, {"Id": 2, "Name": "b\ufffd"}]
    assert read.repairs == Repairs(duplicates=1, characters=1, duplicated=("Name",))


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ("<rs:update><z:row Id='1'/></rs:update>", "an updated row has no rs:original"),
        ("<rs:update><rs:original><z:row Id='1'/></rs:original></rs:update>", "not followed by its new row"),
        ("<rs:original><z:row Id='1'/></rs:original>", "outside of rs:update"),
        ("<z:row Id='1'><rs:delete><z:row Id='2'/></rs:delete></z:row>", "changes of its own"),
    ],
)
def test_changes_that_make_no_sense_are_refused(rows: str, what: str) -> None:
    with pytest.raises(BrokenFeed, match=what):
        read_rowset(rowset(ID_AND_NAME, [rows]))


def test_an_update_with_chapters_is_refused() -> None:
    body = fixture("orders.xml").replace(
        b"<z:row Id='1'>", b"<rs:update><rs:original><z:row Id='1'/></rs:original><z:row>"
    )
    body = body.replace(b"</z:row>", b"</z:row></rs:update>")
    with pytest.raises(BrokenFeed, match="an updated row has chapters"):
        read_rowset(body)


def test_a_body_without_a_rowset_is_refused() -> None:
    fault = b"<soap:Envelope xmlns:soap='http://schemas.xmlsoap.org/soap/envelope/'><soap:Body/></soap:Envelope>"
    with pytest.raises(BrokenFeed, match=r"holds no rowset \(the list Tasks\)"):
        read_rowset(fault, where="the list Tasks")


def test_a_cut_rowset_gives_no_rows_at_all() -> None:
    body = fixture("pending_changes.xml")
    for end in range(10, len(body.rstrip()), 97):
        with pytest.raises(RetryLater):
            read_rowset(body[:end])


def test_empty_cells_are_bounded() -> None:
    """A small body of empty rows under a wide schema must not fill the memory."""
    columns = [column(f"c{number}", "int") for number in range(1_000)]
    with pytest.raises(BrokenFeed, match="more cells than may be read at once"):
        read_rowset(rowset(columns, ["<z:row/>"] * 20_000), cells=10_000_000)
