"""Writes rowset XML for tests: a schema line by line, rows as they come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.sax.saxutils import quoteattr

FIXTURES = Path(__file__).parent / "fixtures"

NAMESPACES = (
    "xmlns:s='uuid:BDC6E3F0-6DA3-11d1-A2A3-00AA00C14882' xmlns:dt='uuid:C2F41010-65B3-11d1-A29F-00AA00C14882' "
    "xmlns:rs='urn:schemas-microsoft-com:rowset' xmlns:z='#RowsetSchema'"
)


def column(name: str, type_: str, **more: object) -> str:
    """One AttributeType; `rs_scale=6` becomes rs:scale='6' of its datatype."""
    told = " ".join(f"{key.replace('_', ':', 1)}={quoteattr(str(value))}" for key, value in more.items())
    return f"<s:AttributeType name={quoteattr(name)}><s:datatype dt:type={quoteattr(type_)} {told}/></s:AttributeType>"


def row(values: Mapping[str, str | None], element: str = "z:row") -> str:
    """A row; None is an attribute that is not there."""
    told = "".join(f" {name}={_quoted(value)}" for name, value in values.items() if value is not None)
    return f"<{element}{told}/>"


def _quoted(value: str) -> str:
    # A parser reads white space in an attribute as a blank unless it is written as a reference.
    return quoteattr(value, {"\t": "&#9;", "\n": "&#10;", "\r": "&#13;"})


def rowset(columns: Iterable[str], rows: Iterable[str]) -> bytes:
    schema = f"<s:Schema id='RowsetSchema'><s:ElementType name='row'>{''.join(columns)}</s:ElementType></s:Schema>"
    return f"<xml {NAMESPACES}>{schema}<rs:data>{''.join(rows)}</rs:data></xml>".encode()


def one_column(type_: str, *texts: str | None, **more: object) -> bytes:
    """A rowset of one column called Value."""
    return rowset([column("Value", type_, **more)], [row({"Value": text}) for text in texts])
