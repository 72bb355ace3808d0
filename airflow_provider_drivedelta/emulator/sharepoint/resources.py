"""Sites, lists, fields and items as SharePoint REST writes them in JSON."""

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from urllib.parse import quote

from airflow_provider_drivedelta.emulator.clock import stamp
from airflow_provider_drivedelta.emulator.items import Json
from airflow_provider_drivedelta.emulator.lists.content_types import content_type
from airflow_provider_drivedelta.emulator.lists.fields import Field
from airflow_provider_drivedelta.emulator.lists.items import ListItem
from airflow_provider_drivedelta.emulator.lists.sharepoint_list import SharePointList
from airflow_provider_drivedelta.emulator.lists.site import Site
from airflow_provider_drivedelta.emulator.lists.tokens import ChangeToken
from airflow_provider_drivedelta.emulator.lists.values import CalculatedError, Lookup, Term, Url, User, Value
from airflow_provider_drivedelta.emulator.sharepoint.list_schema import SERVER_VERSION, field_element

# SP.FieldType, as far as a type has a number of its own.
_FIELD_TYPES = {
    "Integer": 1,
    "Text": 2,
    "Note": 3,
    "DateTime": 4,
    "Counter": 5,
    "Choice": 6,
    "Lookup": 7,
    "LookupMulti": 7,
    "Boolean": 8,
    "Number": 9,
    "Currency": 10,
    "URL": 11,
    "Computed": 12,
    "Guid": 14,
    "MultiChoice": 15,
    "Calculated": 17,
    "File": 18,
    "Attachments": 19,
    "User": 20,
    "UserMulti": 20,
    "ModStat": 23,
    "ContentTypeId": 25,
}
# SP.ListTemplateType, by Graph's words for them.
_TEMPLATES = {
    "genericList": 100,
    "documentLibrary": 101,
    "links": 103,
    "announcements": 104,
    "tasks": 107,
    "userInformation": 112,
    "masterPageCatalog": 116,
    "webPageLibrary": 119,
}
# SharePoint has numbers for its time zones, and words of its own.
_TIME_ZONES = {
    "UTC": (93, "(UTC) Coordinated Universal Time"),
    "Europe/London": (2, "(UTC) Dublin, Edinburgh, Lisbon, London"),
    "Europe/Paris": (3, "(UTC+01:00) Brussels, Copenhagen, Madrid, Paris"),
    "Europe/Berlin": (4, "(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna"),
    "America/New_York": (10, "(UTC-05:00) Eastern Time (US and Canada)"),
    "America/Los_Angeles": (13, "(UTC-08:00) Pacific Time (US and Canada)"),
    "Asia/Tokyo": (20, "(UTC+09:00) Osaka, Sapporo, Tokyo"),
    "Asia/Kolkata": (23, "(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi"),
}


@dataclass(frozen=True, slots=True)
class RestResources:
    """Writes the resources of one site; ``origin`` leads its addresses."""

    site: Site
    origin: str
    verbose: bool

    @property
    def site_url(self) -> str:
        return self.origin + quote(self.site.root)

    @property
    def web_url(self) -> str:
        return f"{self.site_url}/_api/Web"

    def list_url(self, own: SharePointList) -> str:
        return f"{self.web_url}/Lists(guid'{own.id}')"

    def web(self) -> dict[str, Json]:
        return {
            "Id": self.site.web_id,
            "Title": self.site.title,
            "Url": self.site_url,
            "ServerRelativeUrl": self.site.path,
            "Language": 1033,
            "WebTemplate": "STS",
        }

    def site_collection(self) -> dict[str, Json]:
        return {"Id": self.site.id, "Url": self.site_url, "ServerRelativeUrl": self.site.path, "ReadOnly": False}

    def time_zone(self) -> dict[str, Json]:
        """In minutes; the daylight bias adds to the bias while it lasts."""
        information: Json = {"Bias": self.site.bias, "DaylightBias": self.site.daylight_bias, "StandardBias": 0}
        number, description = _TIME_ZONES.get(self.site.zone.key, (0, self.site.zone.key))
        return {"Description": description, "Id": number, "Information": information}

    def context(self) -> dict[str, Json]:
        versions: Json = ["14.0.0.0", "15.0.0.0"]
        return {
            "FormDigestTimeoutSeconds": 1800,
            "FormDigestValue": f"0x{'0' * 128},{self.site.clock.now():%d %b %Y %H:%M:%S} -0000",
            "LibraryVersion": SERVER_VERSION,
            "SiteFullUrl": self.site_url,
            "SupportedSchemaVersions": self._several(versions, "Collection(Edm.String)"),
            "WebFullUrl": self.site_url,
        }

    def list(self, own: SharePointList, *, with_folder: bool = False) -> dict[str, Json]:
        token = ChangeToken(own.id, self.site.clock.now(), own.log.head)
        folder: dict[str, Json] = {"RootFolder": self.root_folder(own)} if with_folder else {}
        return folder | {
            "Id": own.id,
            "Title": own.title,
            "BaseTemplate": _TEMPLATES[own.template],
            "BaseType": int("Library" in own.template),
            "Created": stamp(own.created),
            "CurrentChangeToken": {"StringValue": token.encode()},
            "EntityTypeName": own.path.rpartition("/")[2] + "List",
            "Hidden": own.hidden,
            "IsCatalog": "Catalog" in own.template,
            "ItemCount": len(own.walk()),
            "LastItemModifiedDate": stamp(own.modified),
            "LastItemDeletedDate": stamp(own.last_deleted),
            "ListItemEntityTypeFullName": self.item_type(own),
            "ParentWebUrl": self.site.path,
        }

    def item_type(self, own: SharePointList) -> str:
        return f"SP.Data.{own.path.rpartition('/')[2].replace(' ', '_x0020_')}ListItem"

    def root_folder(self, own: SharePointList) -> dict[str, Json]:
        return {"Name": own.path.rpartition("/")[2], "ServerRelativeUrl": own.path, "ItemCount": len(own.walk())}

    def field(self, own: SharePointList, field: Field) -> dict[str, Json]:
        return {
            "Id": field.id,
            "InternalName": field.name,
            "StaticName": field.name,
            "EntityPropertyName": entity_name(field),
            "Title": field.title,
            "TypeAsString": field.kind,
            "FieldTypeKind": _FIELD_TYPES.get(field.kind, 0),
            "FromBaseType": field.built_in,
            "Hidden": field.hidden,
            "Indexed": field.indexed,
            "ReadOnlyField": field.read_only or field.kind == "Calculated",
            "Required": field.required,
            "SchemaXml": field_element(own, field),
        }

    def item(self, own: SharePointList, item: ListItem) -> dict[str, Json]:
        body: dict[str, Json] = {
            "FileSystemObjectType": int(item.is_folder),
            "Id": item.id,
            "ID": item.id,
            "ContentTypeId": content_type(own.id, is_folder=item.is_folder),
            "Title": item.title or None,
            "Created": stamp(item.created.at),
            "Modified": stamp(item.modified.at),
            "AuthorId": self.site.member(item.created.by).id,
            "EditorId": self.site.member(item.modified.by).id,
            "Attachments": bool(item.attachments),
            "GUID": item.guid,
            "OData__UIVersionString": f"{item.ui_version // 512}.{item.ui_version % 512}",
        }
        for field in own.fields:
            if not field.built_in and field.name != "Title":
                body |= self._property(field, item.values.get(field.name))
        return body

    def _property(self, field: Field, value: Value) -> dict[str, Json]:
        name = entity_name(field) + ("Id" if "Lookup" in field.kind or "User" in field.kind else "")
        if isinstance(value, tuple):
            kind = "Collection(Edm.Int32)" if name.endswith("Id") else "Collection(Edm.String)"
            return {name: self._several([_json(self.site, part) for part in value], kind)}
        return {name: _json(self.site, value)}

    def _several(self, values: Json, kind: str) -> Json:
        return {"__metadata": {"type": kind}, "results": values} if self.verbose else values


def entity_name(field: Field) -> str:
    """OData lets no name begin with an underscore."""
    return f"OData_{field.name}" if field.name.startswith("_") else field.name


def _json(site: Site, value: Value) -> Json:
    match value:
        case datetime():
            return stamp(value)
        case date():
            return stamp(datetime.combine(value, time(), site.zone))
        case Decimal():
            return float(value)
        case Lookup(id=id) | User(id=id):
            return id
        case Url(url, text):
            return {"Description": text, "Url": url}
        case Term(id, _, guid):
            return {"Label": str(id), "TermGuid": guid, "WssId": id}
        case CalculatedError(text):
            return text
        case tuple():
            return [_json(site, part) for part in value]
    return value
