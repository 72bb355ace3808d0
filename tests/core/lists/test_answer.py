"""An answer of GetListItemChangesSinceToken is read into the facts it states, whatever wraps it."""

from __future__ import annotations

import pytest

from airflow_provider_drivedelta.core.errors import BrokenFeed, RetryLater
from airflow_provider_drivedelta.core.lists.answer import ListAnswer, read_answer
from airflow_provider_drivedelta.core.lists.answer_events import ItemChange
from airflow_provider_drivedelta.core.lists.raw_rows import RowGatherer
from airflow_provider_drivedelta.core.lists.zone import SiteZone
from tests.core.lists.answers import SCHEMA, TOKEN, answer, row


def read(body: bytes) -> ListAnswer:
    return read_answer(body, where="the list Tasks")


def columns(found: ListAnswer) -> dict[str, list[str | None]]:
    return {name: texts.to_pylist() for name, texts in found.rows.columns.items()}


@pytest.mark.parametrize("soap", [False, True])
def test_rows_come_as_columns_with_null_where_a_row_says_nothing(soap: bool) -> None:
    """G1"""
    found = read(answer(row(ID="1", Title="a&b"), row(ID="2"), row(Title="", ID="3"), soap=soap))
    assert found.rows.count == 3
    assert columns(found) == {"ID": ["1", "2", "3"], "Title": ["a&b", None, ""]}
    assert (found.token, found.more, found.position, found.fault) == (TOKEN, False, None, None)


def test_the_position_is_given_as_it_is_meant_with_plain_ampersands() -> None:
    """A14"""
    found = read(answer(data={"ListItemCollectionPositionNext": "Paged=TRUE&p_ID=17674"}))
    assert found.position == "Paged=TRUE&p_ID=17674"
    assert found.rows.count == 0


def test_more_changes_are_announced() -> None:
    """A13"""
    assert read(answer(changes={"LastChangeToken": TOKEN, "MoreChanges": "TRUE"})).more
    assert not read(answer(changes={"LastChangeToken": TOKEN, "MoreChanges": "FALSE"})).more


def test_changes_beside_the_rows_keep_their_order() -> None:
    """C6"""
    inside = (
        '<Id ChangeType="Delete" UniqueId="{DA3FA45D-D874-4C73-AAE5-61556D3E3A79}">7</Id>'
        '<Id ChangeType="Restore">7</Id>'
        '<Id ChangeType="MoveAway" AfterListId="{AB}" AfterItemId="9"> 8 </Id><Id ChangeType="Resync"/>'
        '<Id ChangeType="Delete">seven</Id>'
    )
    assert read(answer(inside=inside)).changes == (
        ItemChange("Delete", 7, "da3fa45d-d874-4c73-aae5-61556d3e3a79"),
        ItemChange("Restore", 7),
        ItemChange("MoveAway", 8, after_list_id="ab", after_item_id="9"),
        ItemChange("Resync", None),
        ItemChange("Delete", None, legible=False),
    )


def test_a_token_refused_is_told_in_an_ordinary_answer() -> None:
    """B8"""
    found = read(answer(inside='<Id ChangeType="InvalidToken"></Id>', changes={}))
    assert found.token_refused
    assert not found.list_restored
    assert found.token is None


def test_a_restore_without_a_number_is_of_the_whole_list() -> None:
    assert read(answer(inside='<Id ChangeType="Restore"/>')).list_restored
    assert not read(answer(inside='<Id ChangeType="Restore">3</Id>')).list_restored


def test_the_list_tells_its_fields_and_its_zone_and_no_field_of_a_pattern() -> None:
    """B9"""
    schema = read(answer(inside=SCHEMA)).schema
    assert schema
    assert (schema.id, schema.title) == ("79cc20e6-adda-438e-8a96-792041b33168", "Müller's list")
    assert [field.name for field in schema.fields] == ["Title", "Due_x0020_Date", "Parts", "LinkTitle"]
    assert schema.zone == SiteZone(300)
    due, parts = schema.fields[1:3]
    assert (due.date_only, due.decoded, parts.multiple, parts.list_id, parts.show_field) == (
        True,
        "Due Date",
        True,
        "d2",
        "Title",
    )
    assert read(answer()).schema is None


def test_an_answer_without_rows_element_or_row_namespace_is_read() -> None:
    body = (
        b"<GetListItemChangesSinceTokenResult><listitems><Changes LastChangeToken='1;3'/>"
        b"</listitems></GetListItemChangesSinceTokenResult>"
    )
    found = read(body)
    assert (found.token, found.has_rows_element, found.rows.count) == ("1;3", False, 0)
    assert read(answer()).has_rows_element


def test_what_services_are_known_to_break_is_mended_and_told() -> None:
    """G5"""
    body = answer(row(ID="1", Title="x")).replace(b'ows_Title="x"', b'ows_Title="x&#0;" ows_Title="y"')
    found = read(body)
    assert columns(found) == {"ID": ["1"], "Title": ["x\ufffd"]}
    assert found.repairs
    assert read(answer(row(ID="1"))).repairs is None


def test_an_answer_that_was_recoded_on_its_way_is_asked_for_again() -> None:
    """F2: characters that were lost would stay lost in the rows."""
    body = answer(row(ID="1", Title="\u00c4rger"))
    with pytest.raises(RetryLater, match="not UTF-8"):
        read(body.decode().encode("latin-1"))


def test_rows_are_all_there_when_they_are_many_and_of_many_shapes() -> None:
    rows = [row(**{"ID": str(n), **{f"F{k}": f"{n}.{k}" for k in range(12) if n >> k & 1}}) for n in range(4096)]
    found = columns(read(answer(*rows)))
    assert found["ID"] == [str(n) for n in range(4096)]
    for k in range(12):
        assert found[f"F{k}"] == [f"{n}.{k}" if n >> k & 1 else None for n in range(4096)]


FAULT = """<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><soap:Fault>
<faultcode>soap:Server</faultcode><faultstring>Exception was thrown.
</faultstring><detail><errorstring xmlns="http://schemas.microsoft.com/sharepoint/soap/"> List does
 not exist. </errorstring><errorcode xmlns="http://schemas.microsoft.com/sharepoint/soap/"> 0x82000006
</errorcode></detail></soap:Fault></soap:Body></soap:Envelope>"""
THROTTLED = "-2147024860, Microsoft.SharePoint.SPQueryThrottledException"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (FAULT, ("soap", "0x82000006", "", "List does not exist.", "no list")),
        (
            '<m:error xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata">'
            f'<m:code>{THROTTLED}</m:code><m:message xml:lang="de">Zu viel.</m:message></m:error>',
            ("xml", "-2147024860", "Microsoft.SharePoint.SPQueryThrottledException", "Zu viel.", "threshold"),
        ),
        (
            f'{{"error":{{"code":"{THROTTLED}","message":{{"lang":"en-US","value":"Too much."}}}}}}',
            ("json", "-2147024860", "Microsoft.SharePoint.SPQueryThrottledException", "Too much.", "threshold"),
        ),
        (
            '{"odata.error":{"code":"-2130575172, Microsoft.SharePoint.SPInvalidChangeTokenException",'
            '"message":"Zu alt: 1;3;79cc20e6-adda-438e-8a96-792041b33168;638700000000000000;900001"}}',
            (
                "json",
                "-2130575172",
                "Microsoft.SharePoint.SPInvalidChangeTokenException",
                "Zu alt: <token>",
                "token",
            ),
        ),
        ("Access  denied,\n see https://x.example/?tempauth=1", ("text", "", "", "Access denied, see <link>", "other")),
        (
            "No Bearer eyJ0.eyJh.s1g-n, access_token=abc&x, wxYz0123wxYz0123wxYz0123wxYz0123wxYz0123.",
            ("text", "", "", "No <secret> <secret>&x, <secret>.", "other"),
        ),
        (
            "Field 'Some_x0020_long_x0020_name_x0020' of {79cc20e6-adda-438e-8a96-792041b33168}",
            (
                "text",
                "",
                "",
                "Field 'Some_x0020_long_x0020_name_x0020' of {79cc20e6-adda-438e-8a96-792041b33168}",
                "other",
            ),
        ),
        ('\ufeff{"error":{"code":"-1","message":"x"}}', ("json", "-1", "", "x", "other")),
        ('{"cut', ("text", "", "", '{"cut', "other")),
    ],
)
def test_an_error_in_any_form_is_told_with_its_code_and_without_secrets(body: str, told: tuple[str, ...]) -> None:
    fault = read(body.encode()).fault
    assert fault
    assert (fault.form, fault.code, fault.type, fault.message, fault.meaning) == told


def test_a_long_message_is_cut() -> None:
    fault = read(b"x " * 10_000).fault
    assert fault
    assert len(fault.message) == 500


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  \n",
        b"<html><body>Too many requests</body></html>",
        b"<!DOCTYPE html><html><p>busy",
        answer(row(ID="1", Title="x"))[:-40],
        answer(row(ID="1", Title="x"))[:300],
    ],
)
def test_what_sharepoint_itself_would_not_say_may_be_better_next_time(body: bytes) -> None:
    with pytest.raises(RetryLater, match="the list Tasks"):
        read(body)


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
MANY = " ".join(f"ows_F{n}='1'" for n in range(5_000))


@pytest.mark.parametrize(
    "body",
    [
        LAUGHS.encode() + answer(row(ID="1")).replace(b"1</", b"&b;</"),
        answer(f"<z:row {MANY}/>"),
        answer(*(row(**{f"F{n}_{k}": "" for k in range(1_000)}) for n in range(21))),
        b"<feed xmlns='http://www.w3.org/2005/Atom'><entry/></feed>",
        b"<a>" * 100 + b"</a>" * 100,
    ],
)
def test_what_will_be_no_better_next_time_breaks_the_feed(body: bytes) -> None:
    """G5"""
    with pytest.raises(BrokenFeed):
        read(body)


def test_rows_times_columns_beyond_all_reason_are_refused_before_they_are_laid_out() -> None:
    """G5"""
    gatherer = RowGatherer("the list Tasks")
    gatherer.add([cell for n in range(10_000) for cell in (f"ows_F{n}", "")])
    for _ in range(2_000):
        gatherer.add(["ows_F1", ""])
    with pytest.raises(BrokenFeed, match="the list Tasks"):
        gatherer.rows()
