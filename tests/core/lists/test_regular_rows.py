"""Rows of the usual form are cut out at once, and what comes of it is what expat gives, whatever the bytes."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from airflow_provider_drivedelta.core.errors import DriveDeltaError
from airflow_provider_drivedelta.core.lists.answer import read_answer
from airflow_provider_drivedelta.core.lists.answer_events import AnswerEvents
from airflow_provider_drivedelta.core.lists.raw_rows import RawRows
from airflow_provider_drivedelta.core.lists.regular_rows import cut_out
from airflow_provider_drivedelta.core.rowset.xml import parse
from tests.core.lists.answers import SCHEMA, answer, row

Table = tuple[int, dict[str, list[str | None]]]


def table(rows: RawRows) -> Table:
    return rows.count, {name: texts.to_pylist() for name, texts in rows.columns.items()}


def by_expat(body: bytes) -> Table | str:
    """The rows, or the error, when every row is read by expat."""
    try:
        events, repairs = parse(body, partial(AnswerEvents, "the list"), where="the list")
    except DriveDeltaError as error:
        return f"{type(error).__name__}: {error}"
    if events.has_list_items and repairs.invalid_bytes and not events.fault:
        return "not UTF-8"
    if events.has_list_items or events.fault:
        return table(events.rows.rows())
    return "no answer"


def read(body: bytes) -> Table | str:
    try:
        return table(read_answer(body, where="the list").rows)
    except DriveDeltaError as error:
        known = (said for said in ("no answer", "not UTF-8") if said in str(error))
        return next(known, f"{type(error).__name__}: {error}")


ROWS = (row(ID="1", Title="a"), row(ID="2", Note="it's <b>\r\n\t&amp;\u20ac</b>", Title=""), row(Title="é", ID="3"))
BODY = answer(*ROWS, inside=SCHEMA)


def spoilt(what: bytes, instead: bytes) -> bytes:
    body = BODY.replace(what, instead, 1)
    assert body != BODY
    return body


def test_rows_as_sharepoint_writes_them_are_cut_out_at_once() -> None:
    for body in (BODY, answer(*ROWS, soap=True), answer(ROWS[0], ROWS[2]).replace(b'"', b"'"), answer(row(ID="1"))):
        cut = cut_out(body)
        assert cut
        assert table(cut.rows) == by_expat(body) == read(body)


def test_around_the_rows_everything_is_left_and_of_the_rows_the_first() -> None:
    cut = cut_out(BODY)
    assert cut
    assert cut.around.count(b"<z:row ") == 1
    assert b"Due_x0020_Date" in cut.around
    assert cut.around.endswith(b"</GetListItemChangesSinceTokenResult>")


@pytest.mark.parametrize(
    ("what", "instead"),
    [
        pytest.param(b'ows_Title="a"', b"ows_Title='a'", id="another quote"),
        pytest.param(b'ows_Title="a"', b'ows_Title="a" ows_Title="b"', id="an attribute twice"),
        pytest.param(b'ows_Title="a"', b'Title="a"', id="another name"),
        pytest.param(b'ows_Title="a"', b'ows_Title = "a"', id="blanks"),
        pytest.param(b'ows_Title="a"', b'ows_Title&#61;"a"', id="a reference in a tag"),
        pytest.param(
            b'ows_Title="a" />\n', b'ows_Title="a\n" />&#10;', id="a reference between rows, a line end in one"
        ),
        pytest.param(b'ows_Title="a"', b'ows_Title="a" xmlns:z="u"', id="a namespace"),
        pytest.param(b'"a"', b'"a\nb"', id="a line end, which XML makes a blank"),
        pytest.param(b'"a"', b'"&#0;"', id="a reference to what XML does not have"),
        pytest.param(b'"a"', b'"&nbsp;"', id="an entity"),
        pytest.param(b'"a"', b'"a & b"', id="a bare ampersand"),
        pytest.param(b'"a"', b'"a\x01"', id="a control"),
        pytest.param(b'"a"', b'"a\x00b\x00"', id="two of the marks"),
        pytest.param(b'"a"', b'"\xef\xbf\xbf"', id="a character that is none"),
        pytest.param(b'"a"', b'"\xed\xa0\x80"', id="half a character"),
        pytest.param(b'"a"', b'"a<b"', id="a tag in a value"),
        pytest.param(b'"a"', b'"a<z:row "', id="a row in a value"),
        pytest.param(b'"a" />', b'"a"></z:row>', id="a row that is closed"),
        pytest.param(b'"a" />', b'"a" /><!-- -->', id="a comment"),
        pytest.param(b'"a" />', b'"a" />text', id="text"),
        pytest.param(b'"a" />', b'"a" /><z:row />', id="a row of nothing"),
        pytest.param(b"<rs:data", b"<!-- --><rs:data", id="a comment before"),
        pytest.param(b"</rs:data>", b"</rs:data><rs:data></rs:data>", id="data twice"),
    ],
)
def test_any_other_form_is_left_to_expat(what: bytes, instead: bytes) -> None:
    body = spoilt(what, instead)
    assert cut_out(body) is None
    assert read(body) == by_expat(body)


@pytest.mark.parametrize(
    ("what", "instead"),
    [
        pytest.param(b"#RowsetSchema", b"#Other", id="the prefix is of something else"),
        pytest.param(b"<rs:data", b"<?x <rs:data", id="all in an instruction"),
        pytest.param(b"</listitems>", b"</list>", id="the end is broken"),
        pytest.param(b'ows_ID="1"', b'ows_ID="&#xA0;"', id="the first row has a reference by number"),
    ],
)
def test_what_is_around_the_rows_decides_what_they_are(what: bytes, instead: bytes) -> None:
    body = spoilt(what, instead)
    assert cut_out(body)
    assert read(body) == by_expat(body)


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [("utf-8", "utf-8"), ("utf-16", "utf-8"), ("iso-8859-1", "utf-8-sig"), ("iso-8859-1", "cp1252"), ("x", "utf-16")],
)
def test_rows_are_read_in_the_encoding_that_they_are_in(declared: str, encoding: str) -> None:
    text = f"<?xml version='1.0' encoding='{declared}'?>{answer(row(ID='1', Title='Ã©')).decode()}"
    assert read(text.encode(encoding)) == (1, {"ID": ["1"], "Title": ["Ã©"]})


HOSTILE = (
    *(b"'", b'"', b"<", b">", b"/>", b"&", b"&lt;", b"&amp;", b"&#0;", b"&#13;", b"&#x20AC;", b"&#160;", b"&#x1F600;"),
    *(b"\t", b"\n", b" ", b"=", b"\0", b"\1", b"\xff", b"\xc3", b"\xef\xbf\xbe", b"\xef", b"]]>", b"<!--", b"-->"),
    *(b"<![CDATA[", b"<?x ?>", b"<z:row ", b'" />\n<z:row ows_Z="', b' ows_ID="9"', b' xmlns:z="u"', b"</rs:data>"),
    *(b"&#55357;&#56832;", b"&#38;lt;", b"ows_", b"<rs:data>", b' z:a="1"', b"<z:row />", b"</z:row>", b"amp;"),
)
EDITS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 3), st.sampled_from(HOSTILE)), min_size=1, max_size=4)


@settings(max_examples=600)
@given(EDITS)
@example([(0.9, 0, b"\0"), (0.95, 0, b"\0")])
def test_whatever_is_done_to_an_answer_it_is_read_as_expat_reads_it(edits: list[tuple[float, int, bytes]]) -> None:
    """G5"""
    body = answer(*ROWS)
    for share, dropped, put in edits:
        place = 1 + int(share * len(body))
        body = body[:place] + put + body[place + dropped :]
    assert read(body) == by_expat(body)


TEXTS = st.text(st.sampled_from(list("aé€😀<>&\"' =/;#\r\n\tx1")), max_size=8)


@given(st.lists(st.dictionaries(st.sampled_from(["ID", "A", "B_x0020_C", "D.e-f"]), TEXTS, min_size=1), min_size=1))
def test_any_texts_come_through_as_they_were(rows: list[dict[str, str]]) -> None:
    """G1"""
    body = answer(*(row(**said) for said in rows))
    assert read(body) == by_expat(body)
    names = {name for said in rows for name in said}
    assert read(body) == (len(rows), {name: [said.get(name) for said in rows] for name in names})
