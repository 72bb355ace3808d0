"""The XML of a list's changes: what happened to which id, the schema, and the rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from airflow_provider_drivedelta.emulator.lists.events import Change, Event
from airflow_provider_drivedelta.emulator.lists.fields import Field
from airflow_provider_drivedelta.emulator.lists.items import ListItem
from airflow_provider_drivedelta.emulator.sharepoint.query_options import ViewFields
from airflow_provider_drivedelta.emulator.sharepoint.row_values import RowValues
from airflow_provider_drivedelta.emulator.sharepoint.xml_text import element, escaped

_START = (
    "<listitems MinTimeBetweenSyncs='0' RecommendedTimeBetweenSyncs='180' MaxBulkDocumentSyncSize='500' "
    "MaxRecommendedEmbeddedFileSize='500' EffectivePermMask='FullMask' "
    "xmlns:s='uuid:BDC6E3F0-6DA3-11d1-A2A3-00AA00C14882' "
    "xmlns:dt='uuid:C2F41010-65B3-11d1-A29F-00AA00C14882' xmlns:rs='urn:schemas-microsoft-com:rowset' "
    "xmlns:z='#RowsetSchema'>"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """``position`` leads to the next page, where there is one."""

    items: Sequence[ListItem] = ()
    position: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesAnswer:
    """``ids`` are elements as ``id_element`` writes them; ``schema`` a ``List`` element or nothing."""

    token: str = ""
    more: bool = False
    ids: Sequence[str] = ()
    schema: str = ""
    rows: Rows = Rows()


class RowsetWriter:
    def __init__(self, values: RowValues, fields: Sequence[Field], view: ViewFields) -> None:
        self._values, self._fields = values, fields
        self._split = view.split_properties
        self._twice = values.list.quirks.twice

    def write(self, answer: ChangesAnswer) -> bytes:
        text = (
            '<?xml version="1.0" encoding="utf-8"?>\r\n'
            f"<GetListItemChangesSinceTokenResult>{_START}{_changes(answer)}{self._rows(answer.rows)}"
            "</listitems></GetListItemChangesSinceTokenResult>"
        )
        return text.encode("utf-8")

    def _rows(self, rows: Rows) -> str:
        position = f" ListItemCollectionPositionNext='{escaped(rows.position)}'" if rows.position else ""
        inside = "\r\n".join(self._row(item) for item in rows.items)
        return f"<rs:data ItemCount='{len(rows.items)}'{position}>\r\n{inside}\r\n</rs:data>"

    def _row(self, item: ListItem) -> str:
        parts: list[str] = []
        for field in self._fields:
            text = self._values.text(item, field)
            if text is None:
                continue
            attribute = self._attribute(field.name, text)
            parts += [attribute, attribute] if field.name in self._twice else [attribute]
        if self._split:
            parts += [self._attribute(f"MetaInfo_{name}", text) for name, text in item.properties.items()]
        return f"<z:row {' '.join(parts)} />"

    def _attribute(self, name: str, text: str) -> str:
        return f"ows_{name}='{escaped(text, remove_invalid=self._values.options.remove_invalid)}'"


def _changes(answer: ChangesAnswer) -> str:
    attributes = {"LastChangeToken": answer.token} if answer.token else {}
    attributes |= {"MoreChanges": "TRUE"} if answer.more else {}
    return element("Changes", attributes, "".join((answer.schema, *answer.ids)))


def id_element(event: Event) -> str:
    """One change that is told by id alone; of the whole list, an empty one."""
    if event.change is Change.LIST_RESTORED:
        return element("Id", {"ChangeType": "Restore"})
    attributes = {"ChangeType": event.change.value}
    if event.change is Change.MOVE_AWAY:
        attributes |= {"AfterListId": "{" + event.after_list.upper() + "}", "AfterItemId": str(event.after_item)}
    return element("Id", attributes | {"UniqueId": "{" + event.unique_id.upper() + "}"}, str(event.item))


def filtered_id(item: ListItem) -> str:
    """What changed and does not match the query any more, or never did."""
    return element("Id", {"ChangeType": "Delete", "UniqueId": "{" + item.unique_id.upper() + "}"}, str(item.id))


INVALID_TOKEN = '<Id ChangeType="InvalidToken"></Id>'
