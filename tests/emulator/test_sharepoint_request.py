"""How a call for changes is put: its body, its options and their defaults, queries and pages."""

from datetime import date

import pytest

from airflow_provider_drivedelta.emulator import Emulator, Field, Site
from airflow_provider_drivedelta.emulator.lists.views import View
from tests.emulator.sharepoint_caller import COMPLETE, NOMETADATA, VERBOSE, Caller, taken_apart

EMPTY = "<QueryOptions/>"
TYPED = {"__metadata": {"type": "SP.ChangeLogItemQuery"}}


@pytest.fixture
def caller():
    site = Site(zone="America/Los_Angeles")
    own = site.add_list(
        "It's a list: 100 %",
        [
            Field("State", "Choice"),
            Field("Rank", "Number"),
            Field("Due", "DateTime", format="DateOnly"),
            Field("Done", "Boolean"),
        ],
    )
    with Emulator(sites=[site]) as emulator:
        yield Caller(emulator, own)


@pytest.fixture
def own(caller):
    return caller.list


@pytest.mark.parametrize(("query", "content_type"), [(TYPED, VERBOSE), ({}, NOMETADATA), ({}, "application/json")])
def test_the_body_names_its_type_in_verbose_json_alone(caller, own, query, content_type) -> None:
    own.add({"Title": "a"})
    answer = caller.post({"query": query}, content_type=content_type)
    assert answer.headers["Content-Type"].startswith("application/xml")
    assert len(taken_apart(answer.content).rows) == 1


@pytest.mark.parametrize(
    ("body", "content_type", "says"),
    [
        ({"d": {"query": TYPED}}, VERBOSE, "The parameter d does not exist in method GetListItemChangesSinceToken."),
        ({"query": {}}, VERBOSE, "An entry without a type name was found"),
        ({"query": TYPED}, NOMETADATA, "The property '__metadata' does not exist"),
        ({"query": {"__metadata": {"type": "SP.Other"}}}, VERBOSE, "could not be resolved"),
        ({"query": {"changeToken": ""}}, NOMETADATA, "The property 'changeToken' does not exist"),
        ({"query": {"RowLimit": 5}}, NOMETADATA, "Edm.String"),
        ({}, NOMETADATA, "The parameter query does not exist"),
        ("{'query': {}}", NOMETADATA, "Invalid JSON"),
        ({"query": {"QueryOptions": "<QueryOptions>"}}, NOMETADATA, ""),
        ({"query": {"QueryOptions": "<!DOCTYPE x><QueryOptions/>"}}, NOMETADATA, "DTD"),
        ({"query": {"RowLimit": "many"}}, NOMETADATA, "row limit"),
        ({"query": {"Query": "<Where><Membership/></Where>"}}, NOMETADATA, "Membership"),
    ],
)
def test_a_call_that_is_put_wrongly_is_refused_with_the_reason(caller, body, content_type, says) -> None:
    answer = caller.post(body, content_type=content_type, Accept=VERBOSE)
    assert answer.status_code == 400
    assert says in answer.json()["error"]["message"]["value"]


def test_the_refusal_of_the_outer_d_is_word_for_word_the_services(caller) -> None:
    """As recorded in sp-dev-docs#6033."""
    answer = caller.post({"d": {"query": TYPED}}, content_type=VERBOSE, Accept=VERBOSE)
    message = {"lang": "en-US", "value": "The parameter d does not exist in method GetListItemChangesSinceToken."}
    code = "-1, Microsoft.SharePoint.Client.InvalidClientQueryException"
    assert answer.json() == {"error": {"code": code, "message": message}}


def test_an_error_is_written_as_asked_for(caller) -> None:
    light, heavy = (caller.post({}, Accept=accept) for accept in (NOMETADATA, VERBOSE))
    assert light.json()["odata.error"] == heavy.json()["error"]
    other = caller.post({}, Accept="*/*")
    assert b"<m:code>-1, Microsoft.SharePoint.Client.InvalidClientQueryException</m:code>" in other.content


def test_options_left_out_are_not_options_left_empty(caller, own) -> None:
    """Left out: UTC, everything in folders, people in full. Given without a word: none of these."""
    own.add({"Title": "in"}, own.add_folder("F").id)
    own.add({"Title": "on top", "Due": date(2026, 7, 1)})
    without, empty = (taken_apart(caller.post({"query": query}).content) for query in ({}, {"QueryOptions": EMPTY}))
    assert [row["ows_LinkTitle"] for row in without.rows] == ["F", "in", "on top"]
    assert [row["ows_LinkTitle"] for row in empty.rows] == ["F", "on top"]
    assert without.rows[-1]["ows_Due"] == "2026-07-01T07:00:00Z"
    assert empty.rows[-1]["ows_Due"] == "2026-07-01 00:00:00"
    assert without.rows[-1]["ows_Editor"].startswith("11;#Ada Lovelace,#i:0#.f|membership|")
    assert "ows_Editor" not in empty.rows[-1]
    assert "ows_PermMask" in without.rows[-1]
    assert "ows_PermMask" not in empty.rows[-1]


@pytest.mark.parametrize(
    ("scope", "titles"),
    [
        ("RecursiveAll", ["F", "G", "deep", "in", "top"]),
        ("recursiveall", ["F", "G", "deep", "in", "top"]),
        ("Recursive", ["deep", "in", "top"]),
        ("FilesOnly", ["top"]),
        ("", ["F", "top"]),
    ],
)
def test_a_scope_decides_on_folders_and_what_is_in_them(caller, own, scope, titles) -> None:
    folder = own.add_folder("F")
    own.add({"Title": "deep"}, own.add_folder("G", folder.id).id)
    own.add({"Title": "in"}, folder.id)
    own.add({"Title": "top"})
    answer = caller.ask(options=COMPLETE.replace("RecursiveAll", scope).format(""))
    assert sorted(map(str, answer.titles)) == sorted(titles)


@pytest.mark.parametrize("path", ["/sites/team/Lists/It's a list: 100 %/F", "Lists/It's a list: 100 %/f"])
def test_a_folder_narrows_the_read(caller, own, path) -> None:
    folder = own.add_folder("F")
    own.add({"Title": "deep"}, own.add_folder("G", folder.id).id)
    own.add({"Title": "top"})
    assert caller.ask(more_options=f"<Folder>{path}</Folder>").titles == ["G", "deep"]


def test_a_folder_that_is_not_there_is_not_found(caller) -> None:
    options = COMPLETE.format("<Folder>Lists/x</Folder>")
    assert caller.post({"query": {"QueryOptions": options}}).status_code == 404


def test_a_full_read_goes_by_position_and_survives_changes(caller, own) -> None:
    """A14."""
    for number in range(1, 8):
        own.add({"Title": f"{number}"})
    first = caller.ask(RowLimit="3")
    own.delete(3)
    own.add({"Title": "late"})
    answers = [first]
    while position := answers[-1].position:
        paging = f"<Paging ListItemCollectionPositionNext='{position.replace('&', '&amp;')}'/>"
        answers.append(caller.ask(RowLimit="3", more_options=paging))
    assert [answer.titles for answer in answers] == [["1", "2", "3"], ["4", "5", "6"], ["7", "late"]]
    changes = caller.ask(first.token)
    assert (changes.titles, changes.ids) == (["late"], [("Delete", "3")])


def test_a_read_begins_at_the_beginning_where_the_position_names_no_id(caller, own) -> None:
    own.add({"Title": "a"})
    paging = "<Paging ListItemCollectionPositionNext='Paged=TRUE'/>"
    assert caller.ask(more_options=paging).titles == ["a"]


def test_without_fields_the_default_view_limits_fields_and_rows(caller, own) -> None:
    for number in range(35):
        own.add({"Title": f"{number}", "State": "open"})
    answer = caller.ask(ViewName="")
    assert len(answer.rows) == 30
    assert {"ows_LinkTitle", "ows_State"} <= set(answer.rows[0])
    assert "ows_Title" not in answer.rows[0]


def test_a_view_brings_its_fields_its_query_and_its_limit(caller, own) -> None:
    query = "<Where><Eq><FieldRef Name='Rank'/><Value Type='Number'>2</Value></Eq></Where>"
    view = View(id="0f8fad5b-d9cb-469f-a165-70867728950e", title="Second", fields=("Rank",), query=query, row_limit=1)
    own.views.append(view)
    for rank in (1, 2, 2):
        own.add({"Title": "a", "Rank": rank})
    answer = caller.ask(ViewName="{" + view.id.upper() + "}")
    assert [(row["ows_ID"], row["ows_Rank"]) for row in answer.rows] == [("2", "2.00000000000000")]
    assert answer.position == "Paged=TRUE&p_ID=2"


def test_names_of_no_field_are_passed_over_in_what_is_shown_but_not_in_a_query(caller, own) -> None:
    own.add({"Title": "a"})
    fields = "<ViewFields><FieldRef Name='Nope'/><FieldRef Name='Title'/></ViewFields>"
    assert caller.ask(ViewFields=fields).titles == ["a"]
    query = "<Query><OrderBy><FieldRef Name='Nope'/></OrderBy></Query>"
    assert caller.post({"query": {"Query": query}}).status_code == 500


def value(kind: str, text: str, name: str) -> str:
    return f"<FieldRef Name='{name}'/><Value Type='{kind}'>{text}</Value>"


@pytest.mark.parametrize(
    ("where", "titles"),
    [
        (f"<Eq>{value('Text', 'BETA', 'Title')}</Eq>", ["beta"]),
        (f"<BeginsWith>{value('Text', 'b', 'Title')}</BeginsWith>", ["beta", "bravo"]),
        (f"<Contains>{value('Text', 'a', 'Title')}</Contains>", ["alpha", "beta", "bravo"]),
        (f"<Neq>{value('Text', 'beta', 'Title')}</Neq>", ["alpha", "bravo"]),
        (f"<Gt>{value('Number', '9', 'Rank')}</Gt>", ["alpha"]),
        (f"<Leq>{value('Number', '2.5', 'Rank')}</Leq>", ["beta"]),
        (f"<Geq>{value('DateTime', '2026-07-02', 'Due')}</Geq>", ["bravo"]),
        (f"<Eq>{value('Boolean', '1', 'Done')}</Eq>", ["alpha"]),
        (f"<Gt>{value('Counter', '1', 'ID')}</Gt>", ["beta", "bravo"]),
        ("<IsNull><FieldRef Name='Rank'/></IsNull>", ["bravo"]),
        ("<IsNotNull><FieldRef Name='Rank'/></IsNotNull>", ["alpha", "beta"]),
        (
            f"<And><Gt>{value('Counter', '0', 'ID')}</Gt><IsNull><FieldRef Name='Rank'/></IsNull></And>",
            ["bravo"],
        ),
        (
            f"<Or><Eq>{value('Text', 'alpha', 'Title')}</Eq><IsNull><FieldRef Name='Rank'/></IsNull></Or>",
            ["alpha", "bravo"],
        ),
    ],
)
def test_a_query_picks_items(caller, own, where, titles) -> None:
    own.add({"Title": "alpha", "Rank": 10, "Due": date(2026, 7, 1), "Done": True})
    own.add({"Title": "beta", "Rank": 2.5, "Done": False})
    own.add({"Title": "bravo", "Due": date(2026, 7, 2)})
    assert caller.ask(Query=f"<Query><Where>{where}</Where></Query>").titles == titles


def test_contains_counts_only_without_a_query(caller, own) -> None:
    own.add({"Title": "alpha"})
    own.add({"Title": "beta"})
    contains = f"<Contains>{value('Text', 'bet', 'Title')}</Contains>"
    everything = "<Query><OrderBy><FieldRef Name='ID'/></OrderBy></Query>"
    assert caller.ask(Contains=contains).titles == ["beta"]
    assert caller.ask(Contains=contains, Query=everything).titles == ["alpha", "beta"]


def test_an_order_holds_across_pages(caller, own) -> None:
    for title in ("b", "d", "a", "c", "b"):
        own.add({"Title": title})
    query = "<Query><OrderBy><FieldRef Name='Title' Ascending='FALSE'/></OrderBy></Query>"
    first = caller.ask(Query=query, RowLimit="3")
    assert first.position == "Paged=TRUE&p_Title=b&p_ID=1"
    paging = f"<Paging ListItemCollectionPositionNext='{first.position.replace('&', '&amp;')}'/>"
    second = caller.ask(Query=query, RowLimit="3", more_options=paging)
    assert [*first.titles, *second.titles] == ["d", "c", "b", "b", "a"]


def test_above_the_threshold_only_what_an_index_answers_is_answered(caller, own) -> None:
    own.threshold = 3
    for number in range(4):
        own.add({"Title": f"{number}"})
    by_title = "<Query><OrderBy><FieldRef Name='Title'/></OrderBy></Query>"
    refused = caller.post({"query": {"Query": by_title}})
    assert refused.status_code == 500
    assert refused.json()["odata.error"]["code"] == "-2147024860, Microsoft.SharePoint.SPQueryThrottledException"
    assert caller.post({"query": {"RowLimit": "4"}}).status_code == 500
    by_id = "<Query><OrderBy><FieldRef Name='ID'/></OrderBy></Query>"
    assert len(caller.ask(Query=by_id, RowLimit="3").rows) == 3


def test_one_field_can_spoil_the_whole_call(caller, own) -> None:
    own.quirks.failing_field = "MetaInfo"
    assert caller.post({"query": {}}).status_code == 500
    assert caller.ask().rows == []


# Of Microsoft's reference, "Lists and list items REST API": a row and some fields as the live service wrote them.
DOCUMENTED_ROW = {
    "ows_ContentTypeId": "0x0100C8CFB1DE383F1B49A44ABD2EB9AC7322",
    "ows_ID": "2",
    "ows_ContentType": "Item",
    "ows_Modified": "2013-07-25T23:21:50Z",
    "ows_Created": "2013-07-25T23:21:50Z",
    "ows_owshiddenversion": "1",
    "ows_WorkflowVersion": "1",
    "ows__UIVersion": "512",
    "ows__UIVersionString": "1.0",
    "ows_Attachments": "0",
    "ows__ModerationStatus": "0",
    "ows_Order": "200.000000000000",
    "ows_GUID": "{D38981C3-2735-4FDF-9B41-91F3ADA8F3F0}",
    "ows_Last_x0020_Modified": "2;#2013-07-25T23:21:50Z",
    "ows_Created_x0020_Date": "2;#2013-07-25T23:21:50Z",
    "ows_FSObjType": "2;#0",
    "ows_SortBehavior": "2;#0",
    "ows_PermMask": "0x7fffffffffffffff",
    "ows_FileLeafRef": "2;#2_.000",
    "ows_UniqueId": "2;#{4D719C3B-B8AB-46A0-A080-402DF6EE31C1}",
    "ows_ProgId": "2;#",
    "ows_ScopeId": "2;#{AD9949BE-BE16-4946-B5DE-66C912EDA54A}",
    "ows_BaseName": "2_",
    "ows_MetaInfo": "2;#",
    "ows__Level": "1",
    "ows__IsCurrentVersion": "1",
    "ows_ItemChildCount": "2;#0",
    "ows_FolderChildCount": "2;#0",
}
DOCUMENTED_FIELDS = {
    "ContentTypeId": ("{03e45e84-1992-4d42-9116-26f756012634}", "ContentTypeId", "Content Type ID"),
    "Title": ("{fa564e0f-0c70-4ab9-b863-0177e6ddd247}", "Text", "Title"),
    "ID": ("{1d22ea11-1e32-424e-89ab-9fedbadb6ce1}", "Counter", "ID"),
    "Author": ("{1df5e554-ec7e-46a6-901d-d85a3881cb18}", "User", "Created By"),
}


def form(text: str) -> str:
    """The text with every hexadecimal digit made a 9."""
    return "".join("9" if char in "0123456789abcdefABCDEF" else char for char in text)


def test_a_row_has_the_form_of_the_documented_one(caller, own) -> None:
    own.delete(own.add({"Title": "a"}).id)
    own.add({"Title": "b"})
    caller.fields = tuple(name.removeprefix("ows_") for name in DOCUMENTED_ROW)
    row = caller.row(2)
    assert {name: form(row[name]) for name in DOCUMENTED_ROW} == {
        name: form(text) for name, text in DOCUMENTED_ROW.items()
    }


def test_the_schema_has_the_documented_fields_and_settings(caller, own) -> None:
    schema = caller.ask().schema
    fields = {field.attrib["Name"]: field.attrib for field in schema.iter("Field")}
    for name, documented in DOCUMENTED_FIELDS.items():
        ours = fields[name]
        assert (ours["ID"], ours["Type"], ours["DisplayName"]) == documented
    assert schema.attrib["RootFolder"] == own.path
    assert len(schema.attrib["Created"]) == len("20130725 22:22:35")
    assert schema.findtext("RegionalSettings/TimeZone") == "480"
    assert schema.findtext("ServerSettings/ServerRelativeUrl") == "/sites/team"


def test_the_schema_says_of_each_field_what_a_reader_needs(caller, own) -> None:
    own.add_field(Field("Rich", "Note", rich=True))
    own.add_field(Field("Sum", "Calculated", result="Number", formula="=[Rank]*2"))
    own.add_field(Field("Pick", "Choice", choices=("a & b", "c")))
    own.add_field(Field("Others", "LookupMulti", lookup=own.id))
    fields = {field.attrib["Name"]: field for field in caller.ask().schema.iter("Field")}
    assert fields["Due"].attrib["Format"] == "DateOnly"
    assert fields["Rich"].attrib["RichText"] == "TRUE"
    assert (fields["Sum"].attrib["ResultType"], fields["Sum"].attrib["ReadOnly"]) == ("Number", "TRUE")
    assert fields["Sum"].findtext("Formula") == "=[Rank]*2"
    assert [choice.text for choice in fields["Pick"].iter("CHOICE")] == ["a & b", "c"]
    assert (fields["Others"].attrib["List"], fields["Others"].attrib["Mult"]) == ("{" + own.id + "}", "TRUE")
