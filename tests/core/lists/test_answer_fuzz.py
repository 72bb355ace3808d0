"""However an answer is spoiled, it is read, refused in our own words, or its rows are bad: no crash, no hang."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_drivedelta.core.errors import DriveDeltaError
from airflow_provider_drivedelta.core.lists.answer import ListAnswer, read_answer
from airflow_provider_drivedelta.core.lists.columns import FieldMap
from airflow_provider_drivedelta.core.lists.schema_drift import evolve
from airflow_provider_drivedelta.core.lists.typed_rows import type_rows
from tests.core.lists.answers import SCHEMA, answer, row
from tests.core.lists.described import NEW_YORK, a_field

WHOLE = answer(
    row(ID="1", Title="x & y", Day="2014-09-02T04:00:00Z", Parts="1;#a;#2;#b", Author="1;#Ann", Sum="float;#1.5"),
    row(ID="2", Link="http://x, d", Amount="1.5", Terms="1;#L|d389f1c3-2735-4fdf-9b41-91f3ada8f3f0", Tags=";#A;#B;#"),
    inside=SCHEMA + '<Id ChangeType="Delete" UniqueId="{AB}">7</Id>',
)
FIELDS, _ = evolve(
    FieldMap(),
    [
        a_field("Day", "DateTime", Format="DateOnly"),
        a_field("Parts", "LookupMulti"),
        a_field("Author", "User"),
        a_field("Sum", "Calculated", ResultType="Number"),
        a_field("Link", "URL"),
        a_field("Amount", "Number"),
        a_field("Terms", "TaxonomyFieldTypeMulti"),
        a_field("Tags", "MultiChoice"),
    ],
    zone=NEW_YORK,
)
PLACES = st.integers(0, len(WHOLE))
PIECES = st.binary(max_size=4) | st.sampled_from([b"<", b">", b"'", b"&#0;", b"&x;", b";#", b",,", b"-", b"\xff", b"{"])


@settings(max_examples=300, deadline=2_000)
@given(st.lists(st.tuples(PLACES, st.integers(0, 30), PIECES), min_size=1, max_size=4))
def test_a_spoiled_answer_ends_in_facts_or_in_one_of_our_errors(changes: list[tuple[int, int, bytes]]) -> None:
    body = WHOLE
    for place, length, piece in changes:
        body = body[:place] + piece + body[place + length :]
    try:
        found = read_answer(body, where="the list Tasks")
    except DriveDeltaError as refused:
        told = str(refused)
    else:
        told = "the list Tasks"
        _type(found)
    assert "the list Tasks" in told


def _type(found: ListAnswer) -> None:
    typed = type_rows(found.rows, FIELDS, site_id="s", list_id="l")
    assert typed.batch.num_rows == found.rows.count
    typed.batch.validate(full=True)
    ids = typed.batch["id"].to_pylist()
    assert all(ids[number] is not None or "ID" in typed.bad.get(number, ()) for number in range(len(ids)))
