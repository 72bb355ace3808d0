"""Calls for the changes of one list, and what their XML says, read with a parser that nobody here wrote."""

import json
from dataclasses import dataclass, field
from xml.etree import ElementTree

import requests

from airflow_provider_drivedelta.emulator import Emulator, SharePointList

_ROWSET = "{urn:schemas-microsoft-com:rowset}"
_ROW = "{#RowsetSchema}row"
NOMETADATA = "application/json;odata=nometadata"
VERBOSE = "application/json;odata=verbose"
# Complete, so that no default of the service decides anything.
COMPLETE = (
    "<QueryOptions><IncludeMandatoryColumns>FALSE</IncludeMandatoryColumns><DateInUtc>TRUE</DateInUtc>"
    "<ViewAttributes Scope='RecursiveAll'/><IncludePermissions>TRUE</IncludePermissions>"
    "<ExpandUserField>FALSE</ExpandUserField><IncludeAttachmentUrls>TRUE</IncludeAttachmentUrls>"
    "<RemoveInvalidXmlCharacters>TRUE</RemoveInvalidXmlCharacters>{}</QueryOptions>"
)


@dataclass
class Answer:
    """One answer, taken apart."""

    root: ElementTree.Element
    rows: list[dict[str, str]]
    ids: list[tuple[str, str]]
    """Change types and what they are about."""
    token: str | None
    more: bool
    position: str | None

    @property
    def titles(self) -> list[str | None]:
        return [row.get("ows_Title") for row in self.rows]

    @property
    def schema(self) -> ElementTree.Element | None:
        return self.root.find("listitems/Changes/List")


def taken_apart(body: bytes) -> Answer:
    root = ElementTree.fromstring(body)
    changes, data = root.find("listitems/Changes"), root.find(f"listitems/{_ROWSET}data")
    assert changes is not None
    assert data is not None
    rows = [dict(row.attrib) for row in data.iter(_ROW)]
    assert data.attrib["ItemCount"] == str(len(rows))
    return Answer(
        root,
        rows,
        [(element.attrib["ChangeType"], element.text or "") for element in changes.findall("Id")],
        changes.get("LastChangeToken"),
        changes.get("MoreChanges") == "TRUE",
        data.get("ListItemCollectionPositionNext"),
    )


@dataclass
class Caller:
    emulator: Emulator
    list: SharePointList
    fields: tuple[str, ...] = ("Title",)
    session: requests.Session = field(default_factory=requests.Session)

    @property
    def url(self) -> str:
        path = self.list.site.path.rstrip("/")
        return f"{self.emulator.url}{path}/_api/web/lists(guid'{self.list.id}')/getlistitemchangessincetoken"

    def post(self, body: object, *, url: str = "", content_type: str = NOMETADATA, **headers: str) -> requests.Response:
        given = {"Authorization": "Bearer x", "Accept": NOMETADATA, "Content-Type": content_type, **headers}
        text = body if isinstance(body, str) else json.dumps(body)
        return self.session.post(url or self.url, data=text.encode(), headers=given)

    def ask(self, token: str = "", options: str | None = None, more_options: str = "", **properties: str) -> Answer:
        """One call with complete options, and whatever properties of the query are named."""
        query = {"ChangeToken": token} if token else {}
        query["QueryOptions"] = COMPLETE.format(more_options) if options is None else options
        if self.fields and "ViewFields" not in properties and "ViewName" not in properties:
            refs = "".join(f'<FieldRef Name="{name}"/>' for name in self.fields)
            query["ViewFields"] = f"<ViewFields>{refs}</ViewFields>"
        answer = self.post({"query": query | properties})
        assert answer.status_code == 200, answer.text
        return taken_apart(answer.content)

    def row(self, item: int, **properties: str) -> dict[str, str]:
        rows = {row["ows_ID"]: row for row in self.ask(**properties).rows}
        return rows[str(item)]
