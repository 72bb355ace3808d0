"""Bodies from the network: well-formed ones stream through, broken ones end as one of our errors (G5)."""

from __future__ import annotations

import pytest

from airflow_provider_drivedelta.core.errors import BrokenFeed, RetryLater
from airflow_provider_drivedelta.core.rowset.xml import Limits, Repairs, parse

HTML = "<!DOCTYPE html><html><head><title>Too busy</title><body><p>Come back later<br>"
LAUGHS = "<!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'>]><l>&b;</l>"


class Told:
    """Remembers every event of one reading."""

    def __init__(self) -> None:
        self.events: list[object] = []

    def start(self, name: str, attributes: list[str]) -> None:
        self.events.append((name, attributes))

    def end(self, name: str) -> None:
        self.events.append(f"/{name}")

    def text(self, text: str) -> None:
        self.events.append(text)


class Tags(Told):
    text = None  # type: ignore[assignment]


def events(body: bytes | str, limits: Limits | None = None) -> list[object]:
    told, _ = parse(body.encode() if isinstance(body, str) else body, Told, limits=limits or Limits())
    return told.events


def test_a_well_formed_body_is_told_once_in_order() -> None:
    made: list[Told] = []

    def begin() -> Told:
        made.append(Told())
        return made[-1]

    told, repairs = parse(b"<a xmlns:n='urn:x' k='1' n:l='2'>one<n:b/>two</a>", begin)
    assert told.events == [("a", ["k", "1", "urn:x l", "2"]), "one", ("urn:x b", []), "/urn:x b", "two", "/a"]
    assert made == [told]
    assert repairs == Repairs()
    assert not repairs


def test_text_is_left_out_for_whom_it_does_not_matter() -> None:
    told, _ = parse(b"<a>one</a>", Tags)
    assert told.events == [("a", []), "/a"]


@pytest.mark.parametrize(
    "body",
    [
        b"\xef\xbb\xbf<a k='\xc3\xbc'/>",
        b"\r\n <?xml version='1.0' encoding='utf-8'?><a k='\xc3\xbc'/>",
        b"<?xml version='1.0' encoding='utf-16'?><a k='\xc3\xbc'/>",
        b"<?xml version='1.0' encoding='Windows-1252'?><a k='\xfc'/>",
        "<?xml version='1.0' encoding='utf-16'?><a k='ü'/>".encode("utf-16"),
        "<a k='ü'/>".encode("utf-16-le"),
        "<a k='ü'/>".encode("utf-16-be"),
    ],
    ids=["mark", "blanks first", "lies about utf-16", "one byte", "utf-16", "little", "big"],
)
def test_a_body_is_read_in_the_encoding_it_is_in(body: bytes) -> None:
    assert events(body) == [("a", ["k", "ü"]), "/a"]


def test_a_body_in_an_encoding_that_nobody_uses_is_refused() -> None:
    with pytest.raises(BrokenFeed, match="utf-7, which is refused"):
        events("<?xml version='1.0' encoding='utf-7'?><a/>")


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("The service is unavailable.", "not XML"),
        ('{"error": {}}', "not XML"),
        (HTML, "an HTML page"),
        (HTML.lower().replace("<!doctype html>", ""), "an HTML page"),
        ("<?xml version='1.0'?><!DOCTYPE html PUBLIC '-//W3C//DTD' 'x'><html/>", "an HTML page"),
        ("<?xml version='1.0'?><HTML xmlns='urn:x'/>", "an HTML page"),
        ("<a><b>", "cut off"),
        ("<a><b k='1", "cut off"),
        ("<a><![CDATA[x", "cut off"),
        (b"<a>\xc3", "cut off"),
        ("<a>ü".encode("utf-16")[:-1], "cut off"),
        ("<a>\x01<b>", "cut off"),
    ],
)
def test_what_passes_is_tried_again(body: bytes | str, what: str) -> None:
    """F2: an HTML throttling page with status 200, a cut body, an empty one."""
    with pytest.raises(RetryLater, match=what):
        events(body)


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (LAUGHS, "DOCTYPE"),
        (LAUGHS.replace("DOCTYPE l", "DOCTYPE html"), "DOCTYPE"),
        ("<!DOCTYPE l SYSTEM 'file:///etc/passwd'><l/>", "DOCTYPE"),
        ("<a>\x01&lol;</a>", "entity"),
        ("<a></b>", "mismatched tag"),
        ("<a/><a/>", "junk after document element"),
        ("<a b=1/>", "not well-formed"),
        ("<q:a/>", "unbound prefix"),
    ],
)
def test_what_will_be_the_same_next_time_is_a_broken_feed(body: str, what: str) -> None:
    """G5: a DOCTYPE and entities are refused, whatever they hold."""
    with pytest.raises(BrokenFeed, match=what):
        events(body)


def test_an_element_with_5000_attributes_is_refused() -> None:
    many = " ".join(f"a{number}='1'" for number in range(5_000))
    with pytest.raises(BrokenFeed, match="5,000 attributes, more than 4,096"):
        events(f"<a {many}/>")


@pytest.mark.parametrize(
    ("body", "limits", "what"),
    [
        ("<a>xx</a>", Limits(size=8), "more than 8 bytes"),
        ("<a>" * 3 + "</a>" * 3, Limits(depth=2), "deeper than 2"),
        ("<a k='1' l='2'/>", Limits(attributes=1), "2 attributes, more than 1"),
        (f"<a><b k='{'x' * 3_000_000}'/></a>", Limits(tag=1 << 20), "tag in the XML is longer"),
        (f"<a><!--{'x' * 3_000_000}--></a>", Limits(tag=1 << 20), "tag in the XML is longer"),
        ("<a>one<b/>two</a>", Limits(text=5), "more than 5 characters"),
        (f"<a xmlns='{'u' * 600}'/>", Limits(), "longer than 512"),
        ("<a>" + "".join(f"<b{number}/>" for number in range(99)) + "</a>", Limits(names=50), "50 different names"),
    ],
)
def test_every_bound_is_kept(body: str, limits: Limits, what: str) -> None:
    with pytest.raises(BrokenFeed, match=what):
        events(body, limits)


def test_just_inside_of_the_bounds_a_body_is_read() -> None:
    assert events("<a><b k='1'/>abc</a>", Limits(size=20, depth=2, attributes=1, text=3))


def test_errors_say_where_and_show_nothing_of_the_body() -> None:
    with pytest.raises(BrokenFeed, match="the list Tasks") as refused:
        parse(b"<a secret='s3cret'></b>", Told, where="the list Tasks")
    assert "s3cret" not in str(refused.value)
