"""What services break in their XML is mended, counted, and read by a fresh reading (G5)."""

from __future__ import annotations

import time

import pytest

from airflow_provider_drivedelta.core.errors import BrokenFeed, DriveDeltaError
from airflow_provider_drivedelta.core.rowset.xml import Repairs, parse
from tests.core.rowset.test_xml import Told


def mended(body: bytes) -> tuple[list[object], Repairs]:
    told, repairs = parse(body, Told)
    return told.events, repairs


def attribute(body: bytes) -> str:
    (_, attributes), *_ = mended(body)[0]  # type: ignore[misc]
    return str(attributes[1])


def test_of_an_attribute_given_twice_the_first_value_stays() -> None:
    """G5: duplicate attributes."""
    events, repairs = mended(b"<a><r k='1' l='2' k = \"3\" k='4'/></a>")
    assert events[1] == ("r", ["k", "1", "l", "2"])
    assert repairs == Repairs(duplicates=2, duplicated=("k",))
    assert repairs


@pytest.mark.parametrize(
    ("written", "read", "repairs"),
    [
        (b"a&#0;b&#22;c&#xB;d", "a\ufffdb\ufffdc\ufffdd", Repairs(characters=3)),
        (b"a\x00b\x1fc", "a\ufffdb\ufffdc", Repairs(characters=2)),
        (b"a\xffb\xc3", "a\ufffdb\ufffd", Repairs(invalid_bytes=2)),
        (b"&#0;&#xD83D;&#xDE00;", "\ufffd😀", Repairs(characters=2)),
        (b"&#55357;x&#xDE00;", "\ufffdx\ufffd", Repairs(characters=2)),
        (b"&#99999999999999999999;", "\ufffd", Repairs(characters=1)),
        (b"&#0;&#38;&#60;&#x0041;&amp;&#10;", "\ufffd&<A&\n", Repairs(characters=1)),
        (b"News & Brews &c", "News & Brews &c", Repairs(ampersands=2)),
        ("\ufffd and \x01".encode(), "\ufffd and \ufffd", Repairs(characters=1)),
    ],
)
def test_characters_that_xml_does_not_have_leave_a_mark(written: bytes, read: str, repairs: Repairs) -> None:
    """G5: control characters, raw and as references; surrogates; bytes that are no UTF-8."""
    events, counted = mended(b"<a k='" + written + b"'>" + written + b"</a>")
    assert events == [("a", ["k", read]), read, "/a"]
    doubled = Repairs(
        characters=2 * repairs.characters,
        invalid_bytes=2 * repairs.invalid_bytes,
        ampersands=2 * repairs.ampersands,
    )
    assert counted == doubled


def test_lone_surrogates_of_utf_16_leave_a_mark() -> None:
    text = "<a k='x\ud83dy'/>".encode("utf-16", "surrogatepass")
    assert attribute(text).startswith("x\ufffd")


def test_comments_and_cdata_keep_what_would_be_mended_elsewhere() -> None:
    events, repairs = mended(b"<a>&#0;<!-- & <b k='' k=''> --><![CDATA[ & &#0; <b k='' k=''>]]></a>")
    assert "".join(str(event) for event in events[1:-1]) == "\ufffd & &#0; <b k='' k=''>"
    assert repairs == Repairs(characters=1)


def test_prefixes_of_ado_that_nobody_declared_are_declared() -> None:
    events, repairs = mended(b"<rs:data><z:row k='1'/></rs:data>")
    assert events[:2] == [("urn:schemas-microsoft-com:rowset data", []), ("#RowsetSchema row", ["k", "1"])]
    assert repairs == Repairs(prefixes=2)


def test_a_mended_body_is_read_by_a_fresh_object() -> None:
    made: list[Told] = []

    def begin() -> Told:
        made.append(Told())
        return made[-1]

    told, _ = parse(b"<a><b/><c k='' k=''/></a>", begin)
    assert len(made) == 2
    assert told is made[1]
    assert told.events == [("a", []), ("b", []), "/b", ("c", ["k", ""]), "/c", "/a"]


def test_a_body_longer_than_one_piece_is_mended_whole() -> None:
    rows = b"".join(b"<r n='%d' n='x'>\xff</r>" % number for number in range(100_000))
    told, repairs = parse(b"<a>" + rows + b"</a>", Told)
    names = [event[1][1] for event in told.events if isinstance(event, tuple) and event[0] == "r"]
    assert names == [str(number) for number in range(100_000)]
    assert repairs == Repairs(duplicates=100_000, invalid_bytes=100_000, duplicated=("n",))


def test_a_body_that_is_broken_everywhere_is_refused() -> None:
    with pytest.raises(BrokenFeed, match="more than 1,000,000 places"):
        mended(b"<a>" + b"&#1;" * 1_100_000 + b"</a>")


@pytest.mark.parametrize(
    "hostile",
    [b"<!--", b"<a b='", b"1' c='", b"<?", b"<![CDATA[", b" ", b"a", b"a = ", b"&", b"&#1", b'="', b"\xc3"],
)
def test_no_repetition_makes_it_slow(hostile: bytes) -> None:
    """Linear in the body: quadratic would take hours here."""
    begun = time.process_time()
    for opening in (b"<a>\x00", b"<a \x00"):
        with pytest.raises(DriveDeltaError):
            mended(opening + hostile * (1_000_000 // len(hostile)))
    assert time.process_time() - begun < 30
