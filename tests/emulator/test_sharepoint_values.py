"""Values in the XML: every type of field, spelled as SharePoint spells it."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from airflow_provider_drivedelta.emulator import (
    CalculatedError,
    Emulator,
    Field,
    Lookup,
    Person,
    Site,
    Term,
    Url,
)
from airflow_provider_drivedelta.emulator.sharepoint.row_values import number
from tests.emulator.sharepoint_caller import COMPLETE, Caller

GUID = "0f8fad5b-d9cb-469f-a165-70867728950e"
MOMENT = datetime(2026, 7, 1, 16, 30, 5, tzinfo=UTC)
LOCAL = COMPLETE.replace("<DateInUtc>TRUE", "<DateInUtc>FALSE").format("")
BOB = Person("Bridges, Bob", "bob@contoso.com")


@pytest.fixture
def caller():
    site = Site(zone="America/Los_Angeles")
    own = site.add_list("Values")
    with Emulator(sites=[site]) as emulator:
        yield Caller(emulator, own)


def written(caller: Caller, field: Field, value: object, **asked: str) -> str | None:
    placed = caller.list.add_field(field)
    item = caller.list.add({placed.name: value})
    caller.fields = (placed.name,)
    return caller.row(item.id, **asked).get(f"ows_{placed.name}")


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("Text", "a <b> & 'c' \"d\"", "a <b> & 'c' \"d\""),
        ("Text", "", ""),
        ("Text", None, None),
        ("Note", "two\r\nlines\tand a tab", "two\r\nlines\tand a tab"),
        ("Choice", "Option 2", "Option 2"),
        ("MultiChoice", ("A", "B"), ";#A;#B;#"),
        ("MultiChoice", (), ""),
        ("Integer", 3, "3"),
        ("Number", Decimal(2323), "2323.00000000000"),
        ("Currency", 15, "15.0000000000000"),
        ("Boolean", True, "1"),
        ("Boolean", False, "0"),
        ("DateTime", MOMENT, "2026-07-01T16:30:05Z"),
        ("Lookup", Lookup(1, "Lookup; 1"), "1;#Lookup; 1"),
        ("Lookup", Lookup(1, ""), "1;#"),
        ("LookupMulti", (Lookup(2, "a;b"), Lookup(3, "c")), "2;#a;;b;#3;#c"),
        ("LookupMulti", (), ""),
        ("User", BOB, "12;#Bridges, Bob"),
        ("UserMulti", (BOB, BOB), "12;#Bridges, Bob;#12;#Bridges, Bob"),
        ("URL", Url("http://x/?a=1,2", "one, two"), "http://x/?a=1,,2, one, two"),
        ("URL", Url("http://x"), "http://x, "),
        ("TaxonomyFieldType", Term(12, "North", GUID), f"12;#North|{GUID}"),
        (
            "TaxonomyFieldTypeMulti",
            (Term(1, "North", GUID), Term(2, "South", GUID)),
            f"1;#North|{GUID};#2;#South|{GUID}",
        ),
        ("Guid", GUID, "{" + GUID.upper() + "}"),
    ],
)
def test_each_type_has_its_own_spelling(caller, kind, value, text) -> None:
    assert written(caller, Field("Some field", kind), value) == text


@pytest.mark.parametrize(
    ("result", "value", "text"),
    [
        ("Text", "Mock 1", "string;#Mock 1"),
        ("Number", 1.5, "float;#1.50000000000000"),
        ("Currency", Decimal("0.1"), "float;#0.100000000000000"),
        ("DateTime", MOMENT, "datetime;#2026-07-01T16:30:05Z"),
        ("Boolean", True, "boolean;#1"),
        ("Number", CalculatedError("#DIV/0!"), "error;##DIV/0!"),
    ],
)
def test_what_a_formula_comes_to_has_its_type_in_front(caller, result, value, text) -> None:
    assert written(caller, Field("Formula", "Calculated", result=result), value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-1, "-1.00000000000000"),
        (Decimal("3.542"), "3.54200000000000"),
        (12345678901234567, "1.23456789012346E+16"),
        (0.00000012, "1.20000000000000E-07"),
        (9.9999999999999999, "10.0000000000000"),
    ],
)
def test_numbers_have_fifteen_digits(value, text) -> None:
    assert number(value) == text


def test_a_date_alone_is_midnight_of_the_sites_zone(caller) -> None:
    field = Field("Due", "DateTime", format="DateOnly")
    assert written(caller, field, date(2026, 7, 1)) == "2026-07-01T07:00:00Z"
    assert caller.row(1, options=LOCAL)["ows_Due"] == "2026-07-01 00:00:00"


def test_without_utc_all_times_are_local_and_do_not_say_so(caller) -> None:
    assert written(caller, Field("When", "DateTime"), MOMENT, options=LOCAL) == "2026-07-01 09:30:05"


def test_people_are_told_in_full_on_demand(caller) -> None:
    expanded = COMPLETE.replace("<ExpandUserField>FALSE", "<ExpandUserField>TRUE").format("")
    text = "12;#Bridges,, Bob,#i:0#.f|membership|bob@contoso.com,#bob@contoso.com,#bob@contoso.com,#"
    assert written(caller, Field("Lead", "User"), BOB, options=expanded) == text


def test_attachments_are_a_truth_or_addresses_as_asked(caller) -> None:
    own, caller.fields = caller.list, ("Attachments",)
    item = own.add({"Title": "a"})
    assert caller.row(item.id)["ows_Attachments"] == "0"
    own.attach(item.id, "a b.txt")
    (attachment,) = own.attach(item.id, "a b.txt").attachments
    url = f"{caller.emulator.url}/sites/team/Lists/Values/Attachments/1/a%20b.txt"
    versions = "<IncludeAttachmentVersion>TRUE</IncludeAttachmentVersion>"
    plain = COMPLETE.replace("<IncludeAttachmentUrls>TRUE", "<IncludeAttachmentUrls>FALSE").format("")
    assert caller.row(item.id)["ows_Attachments"] == f";#{url};#"
    with_version = ";#" + url + ";#{" + attachment.guid.upper() + "},2;#"
    assert caller.row(item.id, more_options=versions)["ows_Attachments"] == with_version
    assert caller.row(item.id, options=plain)["ows_Attachments"] == "1"


def test_what_the_site_knows_of_an_item_has_the_items_id_in_front(caller) -> None:
    folder = caller.list.add_folder("In & out")
    item = caller.list.add({"Title": "a"}, folder.id)
    caller.fields = ("FileRef", "FileDirRef", "FileLeafRef", "FSObjType", "UniqueId", "ProgId", "Created_x0020_Date")
    row = caller.row(item.id)
    assert row["ows_FileRef"] == "2;#sites/team/Lists/Values/In & out/2_.000"
    assert row["ows_FileDirRef"] == "2;#sites/team/Lists/Values/In & out"
    assert row["ows_FileLeafRef"] == "2;#2_.000"
    assert row["ows_UniqueId"] == "2;#{" + item.unique_id.upper() + "}"
    assert row["ows_ProgId"] == "2;#"
    assert row["ows_Created_x0020_Date"] == "2;#" + row["ows_Created_x0020_Date"][3:]
    assert (row["ows_FSObjType"], caller.row(folder.id)["ows_FSObjType"]) == ("2;#0", "1;#1")


def test_every_row_says_what_it_takes_to_follow_it(caller) -> None:
    caller.fields = ("Title",)
    row = caller.row(caller.list.add({"Title": "a"}).id)
    assert set(row) == {
        "ows_Title",
        *("ows_ID", "ows_UniqueId", "ows_FSObjType", "ows_FileRef", "ows_owshiddenversion", "ows_PermMask"),
        *("ows__ModerationStatus", "ows__Level"),
    }
    assert row["ows_PermMask"] == "0x7fffffffffffffff"
    assert (row["ows__ModerationStatus"], row["ows__Level"], row["ows_owshiddenversion"]) == ("0", "1", "1")


def test_the_property_bag_comes_whole_or_split(caller) -> None:
    item = caller.list.add({"Title": "a"})
    caller.list.set_properties(item.id, {"colour": "red", "size": "3"})
    caller.fields = ("MetaInfo",)
    assert caller.row(item.id)["ows_MetaInfo"] == "1;#colour:SW|red\r\nsize:SW|3\r\n"
    split = '<ViewFields Properties="TRUE"><FieldRef Name="MetaInfo"/></ViewFields>'
    row = caller.row(item.id, ViewFields=split)
    assert (row["ows_MetaInfo_colour"], row["ows_MetaInfo_size"]) == ("red", "3")


def test_characters_that_xml_does_not_allow_are_removed_only_on_demand(caller) -> None:
    caller.list.add({"Title": "a\x0bb\x00c"})
    caller.fields = ("Title",)
    assert caller.row(1)["ows_Title"] == "abc"
    careless = COMPLETE.replace("<RemoveInvalidXmlCharacters>TRUE", "<RemoveInvalidXmlCharacters>FALSE").format("")
    body = caller.post({"query": {"QueryOptions": careless}}).content
    assert b"ows_LinkTitle='a&#11;b&#0;c'" in body


def test_an_attribute_can_come_twice(caller) -> None:
    caller.list.add({"Title": "a"})
    caller.list.quirks.twice = frozenset({"LinkTitle"})
    body = caller.post({"query": {}}).content
    assert body.count(b"ows_LinkTitle='a'") == 2
