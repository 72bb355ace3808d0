"""SharePoint's texts become typed values, or the row is told to be bad: never a wrong value."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.lists.kinds import ARROW_TYPES, PERSON
from airflow_provider_drivedelta.core.lists.texts import TypedColumn, typed
from airflow_provider_drivedelta.core.lists.zone import SiteZone
from tests.core.lists.described import NEW_YORK, a_column

GUID = "d389f1c3-2735-4fdf-9b41-91f3ada8f3f0"
NOON = datetime(2013, 7, 25, 12, 0, tzinfo=UTC)


def read(texts: list[str | None], kind: str, zone: SiteZone | None = NEW_YORK, **attributes: str) -> TypedColumn:
    column = a_column(kind, **attributes)
    found = typed(column, texts, zone=zone)
    assert found.values.type == ARROW_TYPES[column.kind]
    assert len(found.values) == len(texts)
    return found


def values(texts: list[str | None], kind: str, zone: SiteZone | None = NEW_YORK, **attributes: str) -> list[object]:
    found = read(texts, kind, zone, **attributes)
    assert not found.bad
    assert not found.aside
    return found.values.to_pylist()


def person(key: int | None, *said: str | None) -> dict[str, object]:
    return {"id": key, **dict(zip(PERSON, [*said, *[None] * (len(PERSON) - len(said))], strict=True))}


@pytest.mark.parametrize("kind", ["Text", "Note", "Choice", "ContentTypeId", "Computed", "SomethingNew"])
def test_texts_and_types_nobody_knows_are_kept_as_they_are(kind: str) -> None:
    """G1"""
    texts = ["", "a;#b", " <p>x</p>\n", "é😀", None, "0x0100AB"]
    assert values(texts, kind) == texts


@pytest.mark.parametrize("kind", ["Number", "Currency"])
def test_numbers_keep_the_15_digits_sharepoint_writes(kind: str) -> None:
    """G1"""
    texts = ["2323.00000000000", "-0.123456789012345", "999999999999999", "1.5e10", ".5", None, ""]
    assert values(texts, kind) == [2323.0, -0.123456789012345, 999999999999999.0, 1.5e10, 0.5, None, None]


@pytest.mark.parametrize("kind", ["Integer", "Counter", "ModStat"])
def test_whole_numbers_may_be_written_with_decimals(kind: str) -> None:
    """G1"""
    assert values(["3", "10.0000000000000", "-7", str(2**63 - 1), None, ""], kind) == [3, 10, -7, 2**63 - 1, None, None]


def test_booleans_come_in_every_spelling() -> None:
    """G1"""
    texts = ["1", "0", "-1", "TRUE", "False", None, ""]
    assert values(texts, "Boolean") == [True, False, True, True, False, None, None]


def test_moments_are_utc_and_year_1_is_none() -> None:
    """G1, C5"""
    texts = ["2013-07-25T12:00:00Z", "2013-07-25T14:00:00+02:00", "2013-07-25T12:00:00.1234567Z", None, ""]
    assert values(texts, "DateTime") == [NOON, NOON, NOON.replace(microsecond=123456), None, None]
    assert values(["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"], "DateTime") == [
        None,
        datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
    ]


def test_a_time_without_a_zone_needs_the_zones_name() -> None:
    local = ["2014-09-03 11:25:05"]
    assert read(local, "DateTime").bad == (0,)
    named = SiteZone(bias=300, name="America/New_York")
    assert values(local, "DateTime", named) == [datetime(2014, 9, 3, 15, 25, 5, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("bias", "sent", "day"),
    [
        (300, "2014-12-02T05:00:00Z", date(2014, 12, 2)),
        (300, "2014-09-02T04:00:00Z", date(2014, 9, 2)),  # daylight saving time
        (-60, "2014-12-01T23:00:00Z", date(2014, 12, 2)),
        (-60, "2014-06-30T22:00:00Z", date(2014, 7, 1)),
        (-630, "2014-12-01T13:00:00Z", date(2014, 12, 2)),  # Lord Howe goes half an hour ahead
        (-330, "2014-06-30T18:30:00Z", date(2014, 7, 1)),
        (0, "2014-06-30T23:00:00Z", date(2014, 7, 1)),
        (0, "2014-12-01T00:00:00Z", date(2014, 12, 1)),
        (300, "2014-12-02T20:30:00Z", date(2014, 12, 2)),  # the field once had times
        (300, "2014-09-02 00:00:00", date(2014, 9, 2)),  # on the site's clocks already
        (-840, "2014-12-01T10:00:00Z", date(2014, 12, 2)),
        (720, "2014-12-02T12:00:00Z", date(2014, 12, 2)),
    ],
)
def test_a_date_is_the_day_on_the_sites_clocks_summer_and_winter(bias: int, sent: str, day: date) -> None:
    assert values([sent, None, ""], "DateTime", SiteZone(bias), Format="DateOnly") == [day, None, None]
    assert values([sent], "DateTime", SiteZone(bias), Format="DateOnly") == [day]


def test_a_time_in_the_hour_that_could_be_either_day_is_refused_without_the_zones_name() -> None:
    sent = ["2014-12-02T04:17:00Z", "2014-12-02T05:00:00Z"]
    assert read(sent, "DateTime", Format="DateOnly").bad == (0,)
    named = SiteZone(bias=300, name="America/New_York")
    assert values(sent, "DateTime", named, Format="DateOnly") == [date(2014, 12, 1), date(2014, 12, 2)]


def test_a_zone_that_does_not_exist_is_a_matter_of_set_up() -> None:
    with pytest.raises(FixSetup, match="no time zone known here"):
        SiteZone(0, "Mars/Olympus")
    assert SiteZone.told("nonsense") is None
    assert SiteZone.told("99999") is None
    assert SiteZone.told("-60") == SiteZone(-60)


def test_a_lookup_is_an_id_and_a_text() -> None:
    """G1"""
    texts = ["1;#Title", "2;#", "3", "4;#a;#b", "5;#a;;b", None, ""]
    assert values(texts, "Lookup") == [
        {"id": 1, "value": "Title"},
        {"id": 2, "value": ""},
        {"id": 3, "value": None},
        {"id": 4, "value": "a;#b"},
        {"id": 5, "value": "a;b"},
        None,
        None,
    ]
    assert values(["1;#Title", None], "Lookup") == [{"id": 1, "value": "Title"}, None]


def test_a_lookup_of_several_is_a_list_and_a_doubled_semicolon_is_one() -> None:
    """G1"""
    texts = ["2;#a;#3;#b", "2;#a;;#3;;b", "7;#", "", None]
    assert values(texts, "LookupMulti") == [
        [{"id": 2, "value": "a"}, {"id": 3, "value": "b"}],
        [{"id": 2, "value": "a;#3;b"}],
        [{"id": 7, "value": ""}],
        [],
        None,
    ]
    assert values(["2;#a;#3;#b", "", None, "4;#c"], "Lookup", Mult="TRUE") == [
        [{"id": 2, "value": "a"}, {"id": 3, "value": "b"}],
        [],
        None,
        [{"id": 4, "value": "c"}],
    ]


def test_a_person_has_a_name_and_when_expanded_a_login_and_more() -> None:
    """G1"""
    texts = ["338;#John Smith", "1;#Smith,, Ann,#i:0#.f|membership|a@b.c,#a@b.c,#,#Boss", "2;#Smith, B", "", None]
    assert values(texts, "User") == [
        person(338, "John Smith"),
        person(1, "Smith, Ann", "i:0#.f|membership|a@b.c", "a@b.c", None, "Boss"),
        person(2, "Smith, B"),
        None,
        None,
    ]
    assert values(["338;#John Smith", None], "User") == [person(338, "John Smith"), None]


def test_people_are_a_list_of_persons() -> None:
    """G1"""
    assert values(["205;#Sam;#338;#Bill", "1;#A,, B,#l;#2;#C", "", None], "UserMulti") == [
        [person(205, "Sam"), person(338, "Bill")],
        [person(1, "A, B", "l"), person(2, "C")],
        [],
        None,
    ]
    assert values(["205;#Sam;#338;#Bill"], "UserMulti") == [[person(205, "Sam"), person(338, "Bill")]]


def test_what_is_said_of_a_person_beyond_all_columns_is_told_to_be_left_over() -> None:
    found = read(["1;#a,#b,#c,#d,#e,#f,#g"], "User")
    assert (found.values.to_pylist(), found.aside, found.bad) == ([None], (0,), ())


def test_several_choices_are_a_list() -> None:
    """G1"""
    texts = [";#A;#B;#", ";#A;;B;#", ";#;#", "A", "", None]
    assert values(texts, "MultiChoice") == [["A", "B"], ["A;B"], [], ["A"], [], None]


def test_an_address_may_hold_doubled_commas_and_its_description_single_ones() -> None:
    """G1"""
    texts = ["http://x, d", "http://x/a,,b, d, e", "http://x", "http://x, ", "http://x,,, d", "http://a,b, c", "", None]
    assert values(texts, "URL") == [
        {"url": "http://x", "description": "d"},
        {"url": "http://x/a,b", "description": "d, e"},
        {"url": "http://x", "description": None},
        {"url": "http://x", "description": None},
        {"url": "http://x,", "description": "d"},
        {"url": "http://a,b", "description": "c"},
        None,
        None,
    ]
    assert values(["http://x, d, e", "http://a,b, c"], "URL")[1] == {"url": "http://a,b", "description": "c"}


@pytest.mark.parametrize(
    ("result", "text", "value"),
    [
        ("Text", "string;#a;#b", "a;#b"),
        ("Text", "string;#", ""),
        ("Text", "float;#1.5", "1.5"),
        ("Text", "no prefix", "no prefix"),
        ("Number", "float;#1.50000000000000", 1.5),
        ("Currency", "float;#3", 3.0),
        ("Number", "string;#", None),
        ("Boolean", "boolean;#1", True),
        ("DateTime", "datetime;#2013-07-25T12:00:00Z", NOON),
    ],
)
def test_a_calculated_field_has_the_type_of_its_result(result: str, text: str, value: object) -> None:
    """G1"""
    assert values([text, None], "Calculated", ResultType=result) == [value, None]


@pytest.mark.parametrize(
    ("result", "text"),
    [
        ("Number", "error;#-2146826273"),
        ("Number", "string;#n/a"),
        ("Number", "boolean;#1"),
        ("Boolean", "float;#1"),
        ("DateTime", "datetime;#2013-07-25 12:00:00"),
    ],
)
def test_a_formula_that_gives_something_else_is_null_and_left_over_but_no_fault_of_the_row(
    result: str, text: str
) -> None:
    """G1"""
    found = read(["float;#2", text], "Calculated", ResultType=result)
    assert found.values[1].as_py() is None
    assert 1 in found.aside
    assert not found.bad


def test_a_term_has_a_label_and_a_guid() -> None:
    """G1"""
    term = {"id": 12, "label": "L|x", "term_guid": GUID}
    assert values([f"12;#L|x|{GUID.upper()}", f"L|{GUID}", "5;#L", "", None], "TaxonomyFieldType") == [
        term,
        {"id": None, "label": "L", "term_guid": GUID},
        {"id": 5, "label": "L", "term_guid": None},
        None,
        None,
    ]


@pytest.mark.parametrize("joined", [f"12;#L|{GUID};#-1;#M|{GUID}", f"L|{GUID};M|{GUID}", f"L|{GUID};#M|{GUID}"])
def test_terms_are_a_list_with_or_without_ids(joined: str) -> None:
    """G1"""
    found = values([joined, "", None], "TaxonomyFieldTypeMulti")
    assert [(term["label"], term["term_guid"]) for term in found[0]] == [("L", GUID), ("M", GUID)]  # type: ignore[attr-defined]
    assert found[1:] == [[], None]


def test_guids_are_bare_and_in_lower_case() -> None:
    assert values([f"{{{GUID.upper()}}}", GUID, "", None], "Guid") == [GUID, GUID, None, None]


def test_facts_of_the_item_lose_the_id_before_them() -> None:
    """G1"""
    docs = {"List": "Docs", "FieldRef": "ID"}
    assert values(["74;#0", "1", None], "Lookup", ShowField="FSType", **docs) == [0, 1, None]
    assert values(["3;#a/b;#c", "3;#", "a/b"], "Lookup", ShowField="FullUrl", **docs) == ["a/b;#c", "", "a/b"]
    assert values([f"3;#{{{GUID}}}"], "Lookup", ShowField="UniqueId", **docs) == [GUID]
    assert values(["3;#2013-07-25T12:00:00Z"], "Lookup", ShowField="TimeCreated", **docs) == [NOON]
    assert values(["3;#x.txt"], "File", ShowField="LeafName", **docs) == ["x.txt"]


def test_a_mask_of_permissions_is_64_bits() -> None:
    assert values(["0x7fffffffffffffff", "0xFFFFFFFFFFFFFFFF", None, ""], "Computed", name="PermMask") == [
        2**63 - 1,
        2**64 - 1,
        None,
        None,
    ]


def test_attachments_are_addresses_and_what_only_says_that_there_are_some_is_left_over() -> None:
    """G1"""
    assert values([";#u1;#u2;#", "0", "", None], "Attachments") == [["u1", "u2"], [], [], None]
    found = read(["1", "0", f";#u1;#{{{GUID}}},1;#"], "Attachments")
    assert (found.aside, found.bad, found.values.to_pylist()) == ((0, 2), (), [None, [], None])


@pytest.mark.parametrize(
    ("kind", "misfit"),
    [
        ("Number", "abc"),
        ("Number", "nan"),
        ("Number", "inf"),
        ("Number", "1e999"),
        ("Number", "1,5"),
        ("Number", "٣"),
        ("Number", "1_000"),
        ("Number", " 1"),
        ("Integer", "1.5"),
        ("Integer", str(2**63)),
        ("Integer", "0x10"),
        ("Integer", "9" * 5000),
        ("Boolean", "maybe"),
        ("Boolean", "2"),
        ("DateTime", "2013-13-01T00:00:00Z"),
        ("DateTime", "2013-02-30T00:00:00Z"),
        ("DateTime", "20130725"),
        ("DateTime", "12013-07-25T00:00:00Z"),
        ("DateTime", "9999-12-31T23:59:59-12:00"),
        ("Lookup", "x;#y"),
        ("Lookup", "0x1;#y"),
        ("LookupMulti", "1;#a;#2"),
        ("LookupMulti", "1;#a;#x;#b"),
        ("User", "one;#y"),
        ("TaxonomyFieldType", "1;#L|not-a-guid"),
        ("TaxonomyFieldType", f"1;#L|{GUID};#2;#M|{GUID}"),
        ("Guid", "d389"),
    ],
)
def test_a_value_out_of_range_or_of_another_type_makes_its_row_bad_and_no_other(kind: str, misfit: str) -> None:
    """G1"""
    found = read([None, misfit, None, misfit], kind)
    assert found.bad == (1, 3)
    assert found.values.null_count == 4


def test_a_column_without_any_value_is_null_in_its_own_type() -> None:
    assert read([None, None], "UserMulti").values.to_pylist() == [None, None]
    assert len(typed(a_column("Number"), pa.array([], pa.string()), zone=None).values) == 0


@pytest.mark.timeout(10)
@pytest.mark.parametrize("kind", ["LookupMulti", "UserMulti", "MultiChoice", "URL", "TaxonomyFieldTypeMulti", "Number"])
@pytest.mark.parametrize("piece", [";", ";#", ",", ",#", "1", "1;#", "|"])
def test_a_text_of_millions_of_separators_takes_no_longer_than_its_length(kind: str, piece: str) -> None:
    found = read(["1;#" + piece * 1_000_000, None], kind)
    assert found.values[1].as_py() is None
