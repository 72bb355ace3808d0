"""CAML as a list's feed speaks it: what of a list to tell, and of which items."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from airflow_provider_drivedelta.core.errors import FixSetup


def view_fields(names: Sequence[str]) -> str:
    return f"<ViewFields>{''.join(f'<FieldRef Name={quoteattr(name)}/>' for name in names)}</ViewFields>"


def element(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"


def empty_element(name: str, attribute: str, value: str) -> str:
    return f"<{name} {attribute}={quoteattr(value)}/>"


def check_caml(text: str, root: str, argument: str) -> None:
    """:raises FixSetup: the text is no element of that name."""
    found = _read(text) if text else None
    if text and (found is None or found.tag != root):
        raise FixSetup(f"The argument {argument} is not CAML", then=f"Give one <{root}>…</{root}> element.")


def of_items(ids: Sequence[int], *, query: str = "", contains: str = "") -> str:
    """The query for these items, as far as they are in the scope that `query` or `contains` draws."""
    own = _any_of([f'<Eq><FieldRef Name="ID"/><Value Type="Counter">{number}</Value></Eq>' for number in ids])
    scope = _condition(query, contains)
    return f"<Query><Where>{f'<And>{scope}{own}</And>' if scope else own}</Where></Query>"


def _any_of(conditions: Sequence[str]) -> str:
    """CAML joins two at a time; halved, so that the nesting stays flat."""
    if len(conditions) == 1:
        return conditions[0]
    middle = len(conditions) // 2
    return f"<Or>{_any_of(conditions[:middle])}{_any_of(conditions[middle:])}</Or>"


def _condition(query: str, contains: str) -> str:
    """The one condition that draws the scope; empty where there is none."""
    if contains:
        return contains
    found = _read(query) if query else None
    where = found.find("Where") if found is not None else None
    return "".join(ElementTree.tostring(child, "unicode").strip() for child in where) if where is not None else ""


def _read(text: str) -> ElementTree.Element | None:
    """None for what is no XML; the user's own words, and yet no place for declarations."""
    if "<!" in text:
        return None
    try:
        return ElementTree.fromstring(text)
    except ElementTree.ParseError:
        return None
