"""The rows of an answer become a batch of headline and typed columns, with what is bad and what is left over told."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pytest

from airflow_provider_drivedelta.core.lists.answer import read_answer
from airflow_provider_drivedelta.core.lists.columns import FieldMap
from airflow_provider_drivedelta.core.lists.fields import Field
from airflow_provider_drivedelta.core.lists.headline import HEADLINE
from airflow_provider_drivedelta.core.lists.raw_rows import RawRows, together
from airflow_provider_drivedelta.core.lists.row_hash import hash_rows
from airflow_provider_drivedelta.core.lists.schema_drift import evolve
from airflow_provider_drivedelta.core.lists.typed_rows import TypedRows, schema, type_rows
from airflow_provider_drivedelta.core.lists.zone import SiteZone
from tests.core.lists.answers import answer, row
from tests.core.lists.described import NEW_YORK, a_field

UNIQUE = "da3fa45d-d874-4c73-aae5-61556d3e3a79"
AN_ITEM = {
    "ID": "5",
    "UniqueId": f"5;#{{{UNIQUE.upper()}}}",
    "Title": "An item",
    "_UIVersionString": "2.0",
    "FileRef": "5;#sites/x/Lists/Tasks/5_.000",
    "FSObjType": "5;#0",
    "Created": "2013-07-25T12:00:00Z",
    "Modified": "2013-07-26T12:00:00Z",
    "Author": "1;#Ann",
    "Editor": "2;#Bob",
    "owshiddenversion": "7",
}
FIELDS = [a_field("Day", "DateTime", Format="DateOnly"), a_field("Amount", "Number"), a_field("Author", "User")]


def raw(*rows: dict[str, str]) -> RawRows:
    return read_answer(answer(*(row(**values) for values in rows)), where="").rows


def typed(*rows: dict[str, str], fields: list[Field] = FIELDS, zone: SiteZone = NEW_YORK) -> TypedRows:
    known, _ = evolve(FieldMap(), fields, zone=zone)
    return type_rows(raw(*rows), known, site_id="site", list_id="list")


def content(**values: str) -> int:
    return int(typed({**AN_ITEM, **values}).hashes.content[0])


def test_an_item_is_told_by_its_headline_and_its_own_columns() -> None:
    (found,) = typed({**AN_ITEM, "Day": "2014-09-02T04:00:00Z", "Amount": "1.50"}).batch.to_pylist()
    assert found.pop("author")["name"] == "Ann"
    assert found == {
        "site_id": "site",
        "list_id": "list",
        "id": 5,
        "unique_id": UNIQUE,
        "title": "An item",
        "version": "2.0",
        "file_path": "/sites/x/Lists/Tasks/5_.000",
        "is_folder": False,
        "created_at": datetime(2013, 7, 25, 12, tzinfo=UTC),
        "modified_at": datetime(2013, 7, 26, 12, tzinfo=UTC),
        "created_by": "Ann",
        "modified_by": "Bob",
        "etag": f'"{UNIQUE},7"',
        "extra": None,
        "day": date(2014, 9, 2),
        "amount": 1.5,
    }


def test_the_schema_holds_the_headline_first_and_says_what_sharepoint_calls_the_rest() -> None:
    known, _ = evolve(FieldMap(), FIELDS, zone=NEW_YORK)
    assert schema(known).names == [*HEADLINE.names, "day", "amount", "author"]
    assert schema(known).field("day").metadata[b"sharepoint.internal_name"] == b"Day"


def test_a_row_with_little_in_it_is_null_in_the_rest() -> None:
    found = typed({"ID": "1"}, {"ID": "2", "FSObjType": "2;#1"})
    assert not found.bad
    assert found.batch["is_folder"].to_pylist() == [None, True]
    assert found.batch["etag"].to_pylist() == [None, None]
    assert found.batch["amount"].null_count == 2


def test_what_has_no_column_is_kept_as_json() -> None:
    texts = {"LinkTitle": 'a "quoted"\\\n\ttext', "DocIcon": "é"}
    found = typed({"ID": "1", **texts}, {"ID": "2", "Zip": "x"}, {"ID": "3"}).batch["extra"].to_pylist()
    assert [text and json.loads(text) for text in found] == [texts, {"Zip": "x"}, None]


def test_a_formula_gone_wrong_is_left_over_and_its_row_is_good() -> None:
    """G1"""
    fields = [a_field("Sum", "Calculated", ResultType="Number")]
    found = typed({"ID": "1", "Sum": "error;#-2146826273"}, {"ID": "2", "Sum": "float;#2"}, fields=fields)
    assert not found.bad
    assert found.batch["sum"].to_pylist() == [None, 2.0]
    assert found.batch["extra"].to_pylist() == ['{"Sum":"error;#-2146826273"}', None]


def test_a_bad_row_is_named_with_its_fields_and_never_its_values() -> None:
    found = typed({"ID": "1", "Amount": "much", "Created": "soon"}, {"ID": "2", "Amount": "2"}, {"Amount": "3"})
    assert {number: set(names) for number, names in found.bad.items()} == {0: {"Amount", "Created"}, 2: {"ID"}}
    assert "much" not in str(found.bad)


def test_a_row_hash_stays_the_same_for_ever() -> None:
    """Pinned: whoever changes it must raise HASH_VERSION."""
    found = typed({**AN_ITEM, "Amount": "1.50"}).hashes
    assert (int(found.content[0]), int(found.trace[0])) == (8584196379012080946, 615672775188781003)


@pytest.mark.parametrize(
    "change",
    [{"Title": "Another"}, {"Amount": "1"}, {"Amount": ""}, {"Author": "3;#Cy"}, {"Day": "2014-09-02T04:00:00Z"}],
)
def test_what_a_user_would_see_changes_the_hash_of_content(change: dict[str, str]) -> None:
    assert content(**change) != content()


def test_trace_place_aggregates_and_leftovers_do_not_change_the_hash_of_content() -> None:
    after = {"Modified": "2020-01-01T00:00:00Z", "Editor": "9;#Zoe", "owshiddenversion": "8", "_UIVersionString": "3.0"}
    assert content(**after, FileRef="5;#elsewhere", LinkTitle="x") == content()
    before, now = typed(AN_ITEM).hashes.trace[0], typed({**AN_ITEM, **after}).hashes.trace[0]
    assert before != now


def test_a_new_column_changes_only_rows_that_have_something_in_it() -> None:
    """G2"""
    rows = [AN_ITEM, {**AN_ITEM, "ID": "6", "New": "x"}]
    before = typed(*rows).hashes.content
    after = typed(*rows, fields=[*FIELDS, a_field("New")]).hashes.content
    assert (before == after).tolist() == [True, False]


def test_a_retyped_field_changes_the_rows_that_must_fill_its_new_column() -> None:
    """G2"""
    known, _ = evolve(FieldMap(), [a_field("Amount", "Text")])
    retyped, _ = evolve(known, [a_field("Amount", "Number")])
    rows = raw({"ID": "1", "Amount": "5"}, {"ID": "2"})
    before, after = (type_rows(rows, fields, site_id="", list_id="") for fields in (known, retyped))
    assert (before.hashes.content == after.hashes.content).tolist() == [False, True]
    assert after.batch["amount"].to_pylist() == [None, None]
    assert after.batch["amount__number"].to_pylist() == [5.0, None]


def test_days_are_compared_anew_when_the_sites_zone_moves() -> None:
    rows = [{"ID": "1", "Day": "2014-09-02T04:00:00Z"}, {"ID": "2"}]
    before, after = typed(*rows).hashes.content, typed(*rows, zone=SiteZone(0)).hashes.content
    assert (before == after).tolist() == [False, True]


def test_a_row_that_says_nothing_has_the_hash_0_and_moves_no_other() -> None:
    texts = pa.array(["x", None, "y"])
    alone = hash_rows({"A": pa.array(["x"])}, 1).tolist() + hash_rows({"A": pa.array(["y"])}, 1).tolist()
    assert hash_rows({"A": texts}, 3).tolist() == [alone[0], 0, alone[1]]
    assert hash_rows({"A": texts.slice(1)}, 2).tolist() == [0, alone[1]]
    assert hash_rows({}, 2).tolist() == [0, 0]


def test_values_do_not_run_into_each_other() -> None:
    fields = [a_field("A"), a_field("B")]
    found = typed({"ID": "1", "A": "xb=y"}, {"ID": "1", "A": "x", "B": "y"}, {"ID": "1", "B": "xb=y"}, fields=fields)
    assert len(set(found.hashes.content.tolist())) == 3


def test_answers_put_together_are_typed_as_if_they_were_one() -> None:
    one, other = raw({"ID": "1", "Amount": "1"}), raw({"ID": "2", "Zip": "x"})
    both = together([one, RawRows(), other])
    known, _ = evolve(FieldMap(), FIELDS, zone=NEW_YORK)
    found = type_rows(both, known, site_id="", list_id="")
    apart = [type_rows(rows, known, site_id="", list_id="") for rows in (one, other)]
    assert pa.Table.from_batches([found.batch]).equals(pa.Table.from_batches([part.batch for part in apart]))
    assert found.hashes.content.tolist() == np.concatenate([part.hashes.content for part in apart]).tolist()


def test_an_answer_without_rows_gives_an_empty_batch() -> None:
    assert typed().batch.num_rows == 0
