"""XML from the network, streamed through expat within bounds, and mended only where services are known to break it.

    reading, repairs = parse(body, Reading, where="the list Tasks")

`Reading` makes the object that takes the events: a class or any callable without arguments. It is called once for a
well-formed body, and **a second time when the body must be mended**: the first object is dropped, the second sees
everything from the start. So all that an event changes must live in that object.

`start(name, attributes)`, `end(name)` and `text(text)` get names as expat expands them: "uri local", or "local" where
there is no namespace. `attributes` is a flat list [name, value, name, value, …], the handler's own to keep. `text` may
be None (`text = None` in the class) for whom characters do not matter: then none are gathered. Text comes in pieces.

What is wrong with a body ends as one of our errors: `RetryLater` for what passes (empty, not XML at all, an HTML page
of a proxy, cut off), `BrokenFeed` for what will be the same next time (a DOCTYPE, an entity, a bound overstepped,
tags that do not match). What is mended, and how, is told in `core/rowset/mend.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar
from xml.parsers.expat import ExpatError, ParserCreate, XMLParserType, errors

from airflow_provider_drivedelta.core.errors import BrokenFeed, DriveDeltaError, RetryLater
from airflow_provider_drivedelta.core.rowset.decode import utf8
from airflow_provider_drivedelta.core.rowset.mend import Mender, Repairs

__all__ = ["LIMITS", "Events", "Limits", "Repairs", "parse"]

_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What a body may ask of us; above it, `BrokenFeed`."""

    size: int = 256 << 20
    """Bytes of the body; what becomes of them must stay below Arrow's 2 GiB a column."""
    depth: int = 64
    """Elements inside each other."""
    attributes: int = 4_096
    """Attributes of one element."""
    tag: int = 16 << 20
    """Bytes of one tag or comment: expat before 2.6 reads an unfinished one again with every piece that arrives."""
    text: int = 64 << 20
    """Characters between tags, of the whole body; counted where they are asked for."""
    names: int = 65_536
    """Different names of elements and attributes, each kept once."""
    namespace: int = 512
    """Characters of a namespace's address, which expat puts before every name."""


LIMITS: Final = Limits()


class Events(Protocol):
    """What takes the events of one reading."""

    def start(self, name: str, attributes: list[str], /) -> None: ...

    def end(self, name: str, /) -> None: ...

    @property
    def text(self) -> Callable[[str], None] | None: ...


E = TypeVar("E", bound=Events)


def parse(body: bytes, begin: Callable[[], E], *, where: str = "", limits: Limits = LIMITS) -> tuple[E, Repairs]:
    """Read `body` into the object that `begin` makes; made anew if the body must be mended.

    :raises RetryLater: empty, not XML, an HTML page, or cut off.
    :raises BrokenFeed: a DOCTYPE, an entity, beyond a limit, or broken in a way that is not mended.
    """
    if len(body) > limits.size:
        raise BrokenFeed(f"An XML answer holds more than {limits.size:,} bytes", where=where)
    text = utf8(body, where)
    reading = begin()
    try:
        _read(_chunks(text), reading, where, limits)
    except ExpatError as refused:
        if refused.code not in _MENDABLE:
            raise _explained(refused, where) from None
    else:
        return reading, Repairs()
    return _read_mended(text, begin(), where, limits)


def _read_mended(body: bytes, reading: E, where: str, limits: Limits) -> tuple[E, Repairs]:
    mender = Mender(body, where)
    pieces = (chunk for piece in mender.mended() for chunk in _chunks(piece))
    try:
        _read(pieces, reading, where, limits)
    except ExpatError as refused:
        raise _explained(refused, where) from None
    return reading, mender.repairs()


def _chunks(body: bytes) -> Iterator[memoryview]:
    view = memoryview(body)
    for begin in range(0, len(view), _CHUNK):
        yield view[begin : begin + _CHUNK]


def _read(parts: Iterable[memoryview], reading: Events, where: str, limits: Limits) -> None:
    # The encoding is given because declarations lie: .NET writes utf-16 above text that was sent as utf-8.
    parser = ParserCreate("utf-8", " ")
    parser.ordered_attributes = True
    parser.buffer_text = True
    _refuse_declarations(parser, where, limits)
    _bound_elements(parser, reading, where, limits)
    _bound_text(parser, reading, where, limits)
    fed = 0
    for part in parts:
        parser.Parse(part, False)
        fed += len(part)
        if fed - parser.CurrentByteIndex > limits.tag:
            raise BrokenFeed(f"A tag in the XML is longer than {limits.tag:,} bytes", where=where)
        if len(parser.intern) > limits.names:
            raise BrokenFeed(f"The XML holds more than {limits.names:,} different names", where=where)
    parser.Parse(b"", True)


def _refuse_declarations(parser: XMLParserType, where: str, limits: Limits) -> None:
    def doctype(name: str, system: str | None, public: str | None, has_internal_subset: bool) -> None:
        if name.lower() == "html" and not has_internal_subset:
            raise _an_html_page(where)
        raise BrokenFeed("The XML has a DOCTYPE, which is refused", where=where, then=_SENT_BY_WHOM)

    def namespace(prefix: str | None, uri: str | None) -> None:
        if uri and len(uri) > limits.namespace:
            raise BrokenFeed(f"A namespace in the XML is longer than {limits.namespace} characters", where=where)

    parser.StartDoctypeDeclHandler = doctype
    parser.StartNamespaceDeclHandler = namespace


def _bound_elements(parser: XMLParserType, reading: Events, where: str, limits: Limits) -> None:
    depth, most_depth, most_items = 0, limits.depth, 2 * limits.attributes
    start_element, end_element = reading.start, reading.end

    def start(name: str, attributes: list[str]) -> None:
        nonlocal depth
        depth += 1
        if depth > most_depth or len(attributes) > most_items:
            raise _too_much(depth, len(attributes) // 2, where, limits)
        if depth == 1 and name.rpartition(" ")[2].lower() == "html":
            raise _an_html_page(where)
        start_element(name, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        end_element(name)

    parser.StartElementHandler = start
    parser.EndElementHandler = end


def _bound_text(parser: XMLParserType, reading: Events, where: str, limits: Limits) -> None:
    read_text = reading.text
    if read_text is None:
        return
    left = limits.text

    def text(piece: str) -> None:
        nonlocal left
        left -= len(piece)
        if left < 0:
            raise BrokenFeed(f"The XML holds more than {limits.text:,} characters of text", where=where)
        read_text(piece)

    parser.CharacterDataHandler = text


_SENT_BY_WHOM: Final = "Neither SharePoint nor ADO sends one: look at what answers at this address."


def _an_html_page(where: str) -> RetryLater:
    return RetryLater("The answer is an HTML page where XML was due", where=where)


def _too_much(depth: int, attributes: int, where: str, limits: Limits) -> BrokenFeed:
    if depth > limits.depth:
        return BrokenFeed(f"The XML is nested deeper than {limits.depth} elements", where=where)
    what = f"An element in the XML has {attributes:,} attributes, more than {limits.attributes:,}"
    return BrokenFeed(what, where=where)


_MENDABLE: Final = {
    errors.codes[message]
    for message in (
        errors.XML_ERROR_INVALID_TOKEN,  # characters XML does not have, bytes that are no UTF-8, a bare ampersand
        errors.XML_ERROR_BAD_CHAR_REF,
        errors.XML_ERROR_DUPLICATE_ATTRIBUTE,
        errors.XML_ERROR_UNBOUND_PREFIX,
    )
}

_CUT_OFF: Final = {
    errors.codes[message]
    for message in (
        errors.XML_ERROR_NO_ELEMENTS,
        errors.XML_ERROR_UNCLOSED_TOKEN,
        errors.XML_ERROR_PARTIAL_CHAR,
        errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
}


def _explained(refused: ExpatError, where: str) -> DriveDeltaError:
    at = f"at line {refused.lineno}, column {refused.offset + 1}"
    if refused.code in _CUT_OFF:
        return RetryLater(f"The XML was cut off {at}", where=where)
    if refused.code == errors.codes[errors.XML_ERROR_UNDEFINED_ENTITY]:
        return BrokenFeed(f"The XML uses an entity {at}, which is refused", where=where, then=_SENT_BY_WHOM)
    what = f"The XML is not well-formed {at}: {errors.messages[refused.code]}"
    return BrokenFeed(what, where=where, then="Keep the answer's body, and ask who made it.")
