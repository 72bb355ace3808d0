"""The inline schema decides the columns: their order, names, types, and what is remembered of it (G4)."""

from __future__ import annotations

import pyarrow as pa
import pytest

from airflow_provider_drivedelta.core.errors import BrokenFeed
from airflow_provider_drivedelta.core.rowset import Limits, Rowset, read_rowset
from tests.core.rowset.rowsets import NAMESPACES


def read(schema: str, rows: str) -> Rowset:
    return read_rowset(f"<xml {NAMESPACES}><s:Schema id='RowsetSchema'>{schema}</s:Schema>{rows}</xml>".encode())


def test_columns_go_by_number_and_take_their_other_name() -> None:
    read_ = read(
        "<s:ElementType name='row'>"
        "<s:AttributeType name='a'/>"
        "<s:AttributeType name='c2' rs:name='Town' rs:number='9'/>"
        "<s:AttributeType name='c1' rs:name='Name' rs:number='2'/>"
        "</s:ElementType>",
        "<rs:data><z:row c2='Ulm' c1='Ann' a='x' unknown='?'/></rs:data>",
    )
    assert read_.table.to_pylist() == [{"Name": "Ann", "Town": "Ulm", "a": "x"}]
    assert read_.table.column_names == ["Name", "Town", "a"]


def test_a_type_may_stand_on_the_attribute_type_or_be_left_out() -> None:
    read_ = read(
        "<s:ElementType name='row'>"
        "<s:AttributeType name='a' dt:type='int'/><s:AttributeType name='b'/>"
        "</s:ElementType>",
        "<rs:data><z:row a='1' b='1'/></rs:data>",
    )
    assert read_.table.schema.types == [pa.int32(), pa.string()]


def test_attributes_may_be_declared_elsewhere_even_afterwards() -> None:
    read_ = read(
        "<s:ElementType name='row'>"
        "<s:attribute type='s1'/><s:attribute type='CompanyName'/><s:extends type='rs:rowbase'/></s:ElementType>"
        "<s:AttributeType name='s1' rs:name='ShipperID' rs:number='1'><s:datatype dt:type='i4'/></s:AttributeType>",
        "<rs:data><z:row s1='1' CompanyName='Speedy Express'/></rs:data>",
    )
    assert read_.table.to_pylist() == [{"ShipperID": 1, "CompanyName": "Speedy Express"}]


@pytest.mark.parametrize("spelled", ["extends", "Extends"])
def test_extends_is_understood_in_either_case(spelled: str) -> None:
    schema = f"<s:ElementType name='row'><s:AttributeType name='a'/><s:{spelled} type='rs:rowbase'/></s:ElementType>"
    assert read(schema, "<rs:data><z:row a='1'/></rs:data>").table.to_pylist() == [{"a": "1"}]


def test_a_name_that_is_taken_gives_way_to_the_attributes_own() -> None:
    """G3: names that collide."""
    read_ = read(
        "<s:ElementType name='row'>"
        "<s:AttributeType name='a' rs:name='Title'/><s:AttributeType name='b' rs:name='Title'/>"
        "<s:AttributeType name='c' rs:name='b'/>"
        "</s:ElementType>",
        "<rs:data><z:row a='1' b='2' c='3'/></rs:data>",
    )
    assert read_.table.to_pylist() == [{"Title": "1", "b": "2", "c": "3"}]


def test_what_was_declared_is_in_the_metadata_of_the_field() -> None:
    read_ = read(
        "<s:ElementType name='row'>"
        "<s:AttributeType name='c1' rs:name='Amount' rs:nullable='true'>"
        "<s:datatype dt:type='number' rs:dbtype='currency' rs:maybenull='false'/></s:AttributeType>"
        "<s:AttributeType name='c2'><s:datatype dt:type='I4' dt:lookup='true' rs:maybenull='false'/></s:AttributeType>"
        "</s:ElementType>",
        "<rs:data/>",
    )
    amount, size = read_.table.schema
    assert amount.metadata == {
        b"attribute": b"c1",
        b"dt:type": b"number",
        b"rs:dbtype": b"currency",
        b"nullable": b"true",
    }
    assert size.metadata == {b"attribute": b"c2", b"dt:type": b"I4", b"dt:lookup": b"true", b"nullable": b"false"}


def test_a_column_that_may_not_be_null_may_be_null_all_the_same() -> None:
    """`rs:maybenull='false'` lies."""
    read_ = read(
        "<s:ElementType name='row'><s:AttributeType name='a' rs:nullable='true'>"
        "<s:datatype dt:type='int' rs:maybenull='false'/></s:AttributeType></s:ElementType>",
        "<rs:data><z:row a='1'/><z:row/></rs:data>",
    )
    assert read_.table["a"].to_pylist() == [1, None]
    assert read_.table.schema.field("a").nullable


def test_a_schema_without_rows_gives_an_empty_table() -> None:
    read_ = read("<s:ElementType name='row'><s:AttributeType name='a' dt:type='int'/></s:ElementType>", "")
    assert read_.table.schema.field("a").type == pa.int32()
    assert (read_.table.num_rows, read_.originals.num_rows, len(read_.status)) == (0, 0, 0)


def test_a_schema_that_declares_nothing_is_as_good_as_none() -> None:
    read_ = read("<s:ElementType name='row'/>", "<rs:data><z:row a='1'/></rs:data>")
    assert read_.table.to_pylist() == [{"a": "1"}]


def test_rows_of_a_chapter_without_columns_are_counted() -> None:
    schema = "<s:ElementType name='row'><s:ElementType name='Lines'/></s:ElementType>"
    read_ = read(schema, "<rs:data><z:row><Lines/><Lines/></z:row></rs:data>")
    assert read_.table.to_pylist() == [{"Lines": [{}, {}]}]


def test_two_schemas_in_one_body_are_refused() -> None:
    schema = "<s:Schema id='RowsetSchema'><s:ElementType name='row'/></s:Schema>"
    with pytest.raises(BrokenFeed, match="more than one rowset"):
        read_rowset(f"<xml {NAMESPACES}>{schema}{schema}</xml>".encode())


def test_more_columns_than_allowed_are_refused() -> None:
    columns = "".join(f"<s:AttributeType name='c{number}'/>" for number in range(5_000))
    with pytest.raises(BrokenFeed, match="more than 4,096 columns"):
        read(f"<s:ElementType name='row'>{columns}</s:ElementType>", "<rs:data/>")
    undeclared = "".join(f"<z:row a{number}='1'/>" for number in range(10))
    with pytest.raises(BrokenFeed, match="more than 9 columns"):
        read_rowset(f"<rs:data {NAMESPACES}>{undeclared}</rs:data>".encode(), limits=Limits(attributes=9))
