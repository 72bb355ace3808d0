"""Sites, lists, columns and list items as Graph writes them in JSON."""

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from urllib.parse import quote

from airflow_provider_drivedelta.emulator.clock import stamp
from airflow_provider_drivedelta.emulator.items import Act, Json
from airflow_provider_drivedelta.emulator.lists.content_types import CONTENT_TYPES, content_type
from airflow_provider_drivedelta.emulator.lists.fields import Field
from airflow_provider_drivedelta.emulator.lists.items import ListItem
from airflow_provider_drivedelta.emulator.lists.sharepoint_list import SharePointList
from airflow_provider_drivedelta.emulator.lists.site import Site
from airflow_provider_drivedelta.emulator.lists.values import CalculatedError, Lookup, Term, Url, User, Value

# The facet of a column definition that each type of field gets.
_FACETS = {
    "Boolean": "boolean",
    "Calculated": "calculated",
    "Choice": "choice",
    "ContentTypeId": "text",
    "Counter": "number",
    "Currency": "currency",
    "DateTime": "dateTime",
    "Guid": "text",
    "Integer": "number",
    "Lookup": "lookup",
    "LookupMulti": "lookup",
    "MultiChoice": "choice",
    "Note": "text",
    "Number": "number",
    "TaxonomyFieldType": "term",
    "TaxonomyFieldTypeMulti": "term",
    "Text": "text",
    "URL": "hyperlinkOrPicture",
    "User": "personOrGroup",
    "UserMulti": "personOrGroup",
}
_NO_CONTENT = "The deleted resource cannot be written: it has no content."


@dataclass(frozen=True, slots=True)
class ListResources:
    """Writes the resources of one site; ``origin`` stands for its host over loopback."""

    site: Site
    origin: str

    def site_body(self) -> dict[str, Json]:
        return {
            "id": self.site.graph_id,
            "name": self.site.path.rpartition("/")[2],
            "displayName": self.site.title,
            "webUrl": self.origin + quote(self.site.path),
            "isPersonalSite": self.site.path.casefold().startswith("/personal/"),
            "siteCollection": {"hostname": self.site.host},
        }

    def list_body(self, own: SharePointList) -> dict[str, Json]:
        system: dict[str, Json] = {"system": {}} if own.system else {}
        return system | {
            "id": own.id,
            "name": own.path.rpartition("/")[2],
            "displayName": own.title,
            "createdDateTime": stamp(own.created),
            "lastModifiedDateTime": stamp(own.modified),
            "webUrl": self.origin + quote(own.path),
            "parentReference": {"siteId": self.site.graph_id},
            "list": {"contentTypesEnabled": False, "hidden": own.hidden, "template": own.template},
        }

    def column(self, field: Field) -> dict[str, Json]:
        facet: dict[str, Json] = {}
        match field.kind:
            case "DateTime":
                facet = {"format": "dateOnly" if field.date_only else "dateTime"}
            case "Choice" | "MultiChoice":
                shown = "checkBoxes" if field.several else "dropDownMenu"
                facet = {"choices": list(field.choices), "allowTextEntry": False, "displayAs": shown}
            case "Lookup" | "LookupMulti":
                facet = {"columnName": "Title", "listId": field.lookup, "allowMultipleValues": field.several}
            case "UserMulti":
                facet = {"allowMultipleSelection": True}
            case "TaxonomyFieldTypeMulti":
                facet = {"allowMultipleValues": True}
            case "Calculated":
                facet = {"formula": field.formula, "outputType": field.result[:1].lower() + field.result[1:]}
            case "Note":
                facet = {"allowMultipleLines": True, "textType": "richText" if field.rich else "plain"}
        body: dict[str, Json] = {
            "id": field.id,
            "name": field.name,
            "displayName": field.title,
            "hidden": field.hidden,
            "indexed": field.indexed,
            "readOnly": field.read_only or field.kind == "Calculated",
            "required": field.required,
        }
        return body | ({_FACETS[field.kind]: facet} if field.kind in _FACETS else {})

    def item(self, own: SharePointList, item: ListItem, *, selected: frozenset[str] | None = None) -> dict[str, Json]:
        """``selected`` names the fields to expand; empty: all of them, None: no ``fields`` at all."""
        folder = own.folder_path(item.folder)
        body: dict[str, Json] = {
            "createdDateTime": stamp(item.created.at),
            "eTag": _etag(item),
            "id": str(item.id),
            "lastModifiedDateTime": stamp(item.modified.at),
            "webUrl": self.origin + quote(own.item_path(item)),
            "createdBy": _identity(item.created),
            "lastModifiedBy": _identity(item.modified),
            "parentReference": {"path": quote(folder.lstrip("/")), "siteId": self.site.graph_id},
            "contentType": _content_type(own, is_folder=item.is_folder),
        }
        if selected is not None:
            body["fields"] = {"@odata.etag": _etag(item), **self._fields(own, item, selected)}
        return body

    def tombstone(self, own: SharePointList, item: int, *, is_folder: bool) -> dict[str, Json]:
        return {
            "id": str(item),
            "parentReference": {"siteId": self.site.graph_id},
            "contentType": _content_type(own, is_folder=is_folder),
            "deleted": {"state": "deleted"},
        }

    def error_for_deleted(self) -> dict[str, Json]:
        """What the service has written in place of a tombstone."""
        return {"error": {"code": "generalException", "message": _NO_CONTENT}}

    def _fields(self, own: SharePointList, item: ListItem, selected: frozenset[str]) -> dict[str, Json]:
        children = own.children(item.id) if item.is_folder else []
        everything: dict[str, Json] = {
            "id": str(item.id),
            "ContentType": CONTENT_TYPES[item.is_folder],
            "Created": stamp(item.created.at),
            "Modified": stamp(item.modified.at),
            "AuthorLookupId": str(self.site.member(item.created.by).id),
            "EditorLookupId": str(self.site.member(item.modified.by).id),
            "_UIVersionString": f"{item.ui_version // 512}.{item.ui_version % 512}",
            "Attachments": bool(item.attachments),
            "FileLeafRef": item.name,
            "ItemChildCount": str(sum(not child.is_folder for child in children)),
            "FolderChildCount": str(sum(child.is_folder for child in children)),
        }
        for field in own.fields:
            value = item.values.get(field.name)
            if value is not None:
                everything |= self._property(field, value)
        return {name: value for name, value in everything.items() if not selected or name in selected}

    def _property(self, field: Field, value: Value) -> dict[str, Json]:
        """A lookup is its id as text beside it; of several, objects."""
        if isinstance(value, (Lookup, User)):
            return {f"{field.name}LookupId": str(value.id)}
        return {field.name: self._json(value)}

    def _json(self, value: Value) -> Json:
        match value:
            case tuple():
                return [self._json(part) for part in value]
            case Lookup(id, text):
                return {"LookupId": id, "LookupValue": text}
            case User(id, name, email):
                return {"LookupId": id, "LookupValue": name, "Email": email}
            case Url(url, text):
                return {"Description": text, "Url": url}
            case Term(id, label, guid):
                return {"Label": label, "TermGuid": guid, "WssId": id}
            case CalculatedError(text):
                return text
            case Decimal():
                return float(value)
            case datetime():
                return stamp(value)
            case date():
                return stamp(datetime.combine(value, time(), self.site.zone))
        return value


def _etag(item: ListItem) -> str:
    return f'"{item.unique_id},{item.version}"'


def _identity(act: Act) -> Json:
    return {"user": {"displayName": act.by.name, "email": act.by.email}}


def _content_type(own: SharePointList, *, is_folder: bool) -> Json:
    return {"id": content_type(own.id, is_folder=is_folder), "name": CONTENT_TYPES[is_folder]}
