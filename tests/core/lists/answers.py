"""Answers of GetListItemChangesSinceToken as tests write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import quoteattr

TOKEN = "1;3;79cc20e6-adda-438e-8a96-792041b33168;638700000000000000;900001"

SCHEMA = """<List ID="{79CC20E6-ADDA-438E-8A96-792041B33168}" Title="Müller's list" RootFolder="/Lists/x" WebId="w">
<Fields>
<Field Type="Text" Name="Title" DisplayName="Title" ID="{FA564E0F-0C70-4AB9-B863-0177E6DDD247}"/>
<Field Type="DateTime" Format="DateOnly" Name="Due_x0020_Date" DisplayName="Due Date"/>
<Field Type="LookupMulti" Mult="TRUE" List="{d2}" ShowField="Title" Name="Parts" DisplayName="Parts"/>
<Field Type="Computed" Name="LinkTitle" DisplayName="Title"><FieldRefs><FieldRef Name="Title"/></FieldRefs>
<DisplayPattern><Fields><Field Name="Inner" Type="Text"/></Fields><Field Name="Title"/></DisplayPattern></Field>
</Fields>
<RegionalSettings><Language>1033</Language><TimeZone>300</TimeZone></RegionalSettings></List>"""

_SOAP = (
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
    '<GetListItemChangesSinceTokenResponse xmlns="http://schemas.microsoft.com/sharepoint/soap/">{}'
    "</GetListItemChangesSinceTokenResponse></soap:Body></soap:Envelope>"
)


def row(**values: str) -> str:
    return "<z:row " + " ".join(f"ows_{name}={quoteattr(value)}" for name, value in values.items()) + " />"


def answer(
    *rows: str,
    inside: str = "",
    changes: Mapping[str, str] | None = None,
    data: Mapping[str, str] | None = None,
    soap: bool = False,
) -> bytes:
    said = _attributes({"LastChangeToken": TOKEN} if changes is None else changes)
    result = (
        "<GetListItemChangesSinceTokenResult><listitems MinTimeBetweenSyncs='0' EffectivePermMask='FullMask' "
        "xmlns:rs='urn:schemas-microsoft-com:rowset' xmlns:z='#RowsetSchema'>"
        f"<Changes {said}>{inside}</Changes>\n"
        f"<rs:data ItemCount='{len(rows)}' {_attributes(data or {})}>\n{_lines(rows)}</rs:data>"
        "</listitems></GetListItemChangesSinceTokenResult>"
    )
    return (_SOAP.format(result) if soap else result).encode()


def _attributes(said: Mapping[str, str]) -> str:
    return " ".join(f"{name}={quoteattr(value)}" for name, value in said.items())


def _lines(rows: Sequence[str]) -> str:
    return "".join(f"   {row}\n" for row in rows)
