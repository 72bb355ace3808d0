"""Pages of a SharePoint list in XML, bent as those in JSON are: a position is their link, a row their item."""

import re

from airflow_provider_drivedelta.emulator.answer import Answer, with_body
from airflow_provider_drivedelta.emulator.faults.exchange import MARK, Exchange
from airflow_provider_drivedelta.emulator.faults.pages import bend_items
from airflow_provider_drivedelta.emulator.faults.plan import ActiveFault
from airflow_provider_drivedelta.emulator.sharepoint.xml_text import escaped

_ROW = re.compile(r"""<z:row (?:[^'"<>]|'[^']*'|"[^"]*")*/>""")
_DATA = re.compile(r"<rs:data ItemCount='\d+'(?: ListItemCollectionPositionNext='(?P<position>[^']*)')?>")
_CHANGED_ID = re.compile(r"<Id [^<>]*(?:/>|>(?P<id>\d*)</Id>)")
_ITEM = re.compile(r"ows_ID='(\d+)'")
_LAST, _MORE = re.compile(r' LastChangeToken="[^"]*"'), re.compile(r' MoreChanges="TRUE"')
_START = "Paged=TRUE&p_ID=0"


def is_rowset(answer: Answer) -> bool:
    return b"<rs:data ItemCount='" in answer.body


def bend_rowset(answer: Answer, active: ActiveFault, asked: Exchange) -> Answer:
    """The page with its position, its token and its rows altered; a list's answers know no host to lead to."""
    text = answer.body.decode("utf-8", "surrogatepass")
    text = _before(text, active, asked) if active.fault.page.empty else _bent(text, active, asked)
    active.previous_address = asked.position
    return with_body(answer, text.encode("utf-8", "surrogatepass"))


def _bent(text: str, active: ActiveFault, asked: Exchange) -> str:
    _forget(active, text, asked)
    found = _DATA.search(text)
    position = found["position"] if found else None
    how = active.fault.page.links
    if how == "loop" or (how == "back" and active.previous_address):
        position = escaped(asked.position or _START if how == "loop" else active.previous_address)
    text = _LAST.sub("", text) if how == "drop" else text
    return _with_rows(text, [str(row) for row in bend_items(list(_ROW.findall(text)), active)], position)


def _forget(active: ActiveFault, text: str, asked: Exchange) -> None:
    """To repeat what is gone by now, or was asked for with fewer fields, would be a lie of another sort."""
    if active.previous_fields != asked.view_fields:
        active.previous_items = []
    gone = {found["id"] for found in _CHANGED_ID.finditer(text)}
    active.previous_items = [row for row in active.previous_items if not gone.intersection(_ITEM.findall(str(row)))]
    active.previous_fields = asked.view_fields


def _before(text: str, active: ActiveFault, asked: Exchange) -> str:
    """An empty page whose position leads to this one. Its token is the one that was sent, if one was."""
    text = _MORE.sub("", _CHANGED_ID.sub("", text))
    if asked.change_token:
        text = _LAST.sub(lambda _: f' LastChangeToken="{escaped(asked.change_token)}"', text)
    position = re.sub(rf"&{MARK}=\d+", "", asked.position or "Paged=TRUE")
    return _with_rows(text, [], escaped(f"{position}&{MARK}={active.hits}"))


def _with_rows(text: str, rows: list[str], position: str | None) -> str:
    """``position`` is escaped already."""
    leads = "" if position is None else f" ListItemCollectionPositionNext='{position}'"
    head, _, rest = text.partition("<rs:data ")
    tail = rest[rest.index("</rs:data>") :] if "</rs:data>" in rest else "</rs:data>"
    return f"{head}<rs:data ItemCount='{len(rows)}'{leads}>\r\n" + "\r\n".join(rows) + f"\r\n{tail}"
