"""What the elements of an answer say, gathered while expat reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sized
from dataclasses import dataclass

from airflow_provider_drivedelta.core.errors import BrokenFeed
from airflow_provider_drivedelta.core.lists.faults import Fault, fault
from airflow_provider_drivedelta.core.lists.fields import Field, ListSchema, field_of
from airflow_provider_drivedelta.core.lists.raw_rows import RowGatherer
from airflow_provider_drivedelta.core.lists.zone import SiteZone

_ROW = "#RowsetSchema row"
_DATA = "urn:schemas-microsoft-com:rowset data"
_WITH_TEXT = frozenset(
    {"Id", "TimeZone", "faultcode", "faultstring", "errorstring", "errorcode", "code", "message", "Text"}
)
_ID_DIGITS = 19
_MOST_CHANGES = 1_000_000
_MOST_FIELDS = 10_000


@dataclass(frozen=True, slots=True)
class ItemChange:
    """An `<Id>`: what happened to an item that need not be among the rows."""

    type: str
    """ChangeType: `Delete`, `MoveAway`, `Restore`, `SystemUpdate`, `Rename`, `InvalidToken`, or one not known yet."""
    id: int | None
    """The item's number; None where the change is of the whole list or the token."""
    unique_id: str = ""
    after_list_id: str = ""
    after_item_id: str = ""
    legible: bool = True
    """False where something stands in the place of the number that is none."""


class AnswerEvents:
    """Takes the events of one reading; see `core/rowset/xml.py`."""

    def __init__(self, where: str) -> None:
        self._where = where
        self.token = self.position = ""
        self.more = self.has_list_items = self.has_rows_element = False
        self.changes: list[ItemChange] = []
        self._list: Mapping[str, str] | None = None
        self._fields: list[Field] = []
        self._zone: SiteZone | None = None
        self._open: list[str] = []
        self._id: Mapping[str, str] = {}
        self._text: list[str] | None = None
        self._said: dict[str, str] = {}
        self.rows = RowGatherer(where)
        self._keep_row = self.rows.add
        self._starts: Mapping[str, Callable[[Mapping[str, str]], None]] = {
            "listitems": self._start_list_items,
            "Changes": self._start_changes,
            "Id": self._start_id,
            "List": self._start_list,
            "Field": self._start_field,
        }

    def start(self, name: str, attributes: list[str]) -> None:
        if name == _ROW:
            self._keep_row(attributes)
            return
        local = name.rpartition(" ")[2]
        self._open.append(local)
        if name == _DATA:
            self._start_data(_mapping(attributes))
        elif local in self._starts:
            self._starts[local](_mapping(attributes))
        if local in _WITH_TEXT:
            self._text = []

    def end(self, name: str) -> None:
        if name == _ROW:
            return
        local = self._open.pop()
        if self._text is not None and local in _WITH_TEXT:
            self._end_text(local, "".join(self._text).strip())
            self._text = None

    def text(self, piece: str) -> None:
        if self._text is not None:
            self._text.append(piece)

    @property
    def schema(self) -> ListSchema | None:
        """The list's own description; None where the answer has none."""
        if self._list is None:
            return None
        told = self._list.get
        return ListSchema(
            id=told("ID", "").strip("{}").lower(),
            title=told("Title", ""),
            root_folder=told("RootFolder", ""),
            web_id=told("WebId", ""),
            fields=tuple(self._fields),
            zone=self._zone,
        )

    @property
    def fault(self) -> Fault | None:
        """The error that stands where an answer should; None where there is none."""
        if self.has_list_items:
            return None
        said = self._said.get
        if "faultstring" in self._said or "Text" in self._said:
            message = said("errorstring") or said("faultstring") or said("Text", "")
            return fault("soap", said("errorcode", ""), message)
        return fault("xml", said("code", ""), said("message", "")) if "code" in self._said else None

    def _start_list_items(self, attributes: Mapping[str, str]) -> None:
        self.has_list_items = True

    def _start_changes(self, attributes: Mapping[str, str]) -> None:
        self.token = attributes.get("LastChangeToken", "")
        self.more = attributes.get("MoreChanges", "").upper() == "TRUE"

    def _start_data(self, attributes: Mapping[str, str]) -> None:
        self.has_rows_element = True
        self.position = attributes.get("ListItemCollectionPositionNext", "")

    def _start_id(self, attributes: Mapping[str, str]) -> None:
        self._id = attributes

    def _start_list(self, attributes: Mapping[str, str]) -> None:
        if self._open[-2:-1] == ["Changes"]:
            self._list = attributes

    def _start_field(self, attributes: Mapping[str, str]) -> None:
        # Patterns of what to show mention fields too, deeper down.
        if self._open[-3:-1] == ["List", "Fields"] and (described := field_of(attributes)):
            self._bound(self._fields, _MOST_FIELDS, "fields")
            self._fields.append(described)

    def _end_text(self, local: str, text: str) -> None:
        if local == "Id":
            self._bound(self.changes, _MOST_CHANGES, "changes")
            self.changes.append(_change(self._id, text))
        elif local == "TimeZone":
            self._zone = SiteZone.told(text)
        else:
            self._said.setdefault(local, text)

    def _bound(self, gathered: Sized, most: int, of_what: str) -> None:
        if len(gathered) >= most:
            raise BrokenFeed(f"The answer holds more than {most:,} {of_what}", where=self._where)


def _change(attributes: Mapping[str, str], text: str) -> ItemChange:
    number = int(text) if text.isdecimal() and text.isascii() and len(text) < _ID_DIGITS else None
    return ItemChange(
        type=attributes.get("ChangeType", ""),
        id=number,
        unique_id=attributes.get("UniqueId", "").strip("{}").lower(),
        after_list_id=attributes.get("AfterListId", "").strip("{}").lower(),
        after_item_id=attributes.get("AfterItemId", ""),
        legible=number is not None or not text,
    )


def _mapping(attributes: list[str]) -> Mapping[str, str]:
    return dict(zip(attributes[::2], attributes[1::2], strict=True))
