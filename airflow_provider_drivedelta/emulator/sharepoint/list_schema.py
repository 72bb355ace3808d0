"""The ``List`` element: the list itself, its fields, and the site's settings."""

from datetime import datetime

from airflow_provider_drivedelta.emulator.lists.fields import Field
from airflow_provider_drivedelta.emulator.lists.sharepoint_list import SharePointList
from airflow_provider_drivedelta.emulator.lists.site import Site
from airflow_provider_drivedelta.emulator.sharepoint.xml_text import element, escaped

_SHARED = "http://schemas.microsoft.com/sharepoint/v3"
SERVER_VERSION = "16.0.26712.12006"
_FEATURE = "00bfea71-de22-43b2-a848-c05709900100"  # the one that brings custom lists


def list_element(sharepoint_list: SharePointList) -> str:
    site = sharepoint_list.site
    fields = "".join(field_element(sharepoint_list, field) for field in sharepoint_list.fields)
    inside = f"<Fields>{fields}</Fields>{_regional_settings(site)}{_server_settings(site)}"
    return element("List", _attributes(sharepoint_list), inside)


def field_element(sharepoint_list: SharePointList, field: Field) -> str:
    shared = field.built_in or field.name == "Title"
    attributes = {
        "ID": "{" + field.id + "}",
        "Type": field.kind,
        "Name": field.name,
        "StaticName": field.name,
        "DisplayName": field.title,
        "SourceID": _SHARED if shared else "{" + sharepoint_list.id + "}",
        **_marks(field, shared),
        **_settings(field),
        **field.attributes,
    }
    return element("Field", attributes, _inside(field))


def _marks(field: Field, shared: bool) -> dict[str, str]:
    marks = {
        "Required": field.required,
        "Hidden": field.hidden,
        "ReadOnly": field.read_only or field.kind == "Calculated",
        "Indexed": field.indexed,
        "FromBaseType": shared,
        "Mult": field.several and field.kind != "MultiChoice",
    }
    return {name: "TRUE" for name, on in marks.items() if on}


def _settings(field: Field) -> dict[str, str]:
    settings = {
        "Format": field.format or ("DateTime" if field.kind == "DateTime" and not field.built_in else ""),
        "ResultType": field.result,
        "Decimals": "" if field.decimals is None else str(field.decimals),
        "List": ("{" + field.lookup + "}") if field.lookup else "",
    }
    if field.kind in ("Lookup", "LookupMulti") and not field.built_in:
        settings["ShowField"] = "Title"
    if field.kind in ("User", "UserMulti") and not field.built_in:
        settings |= {"List": "UserInfo", "ShowField": "ImnName", "UserSelectionMode": "PeopleOnly"}
    if field.kind == "Note":
        settings |= {"RichText": str(field.rich).upper(), "NumLines": "6"}
        settings |= {"RichTextMode": "FullHtml"} if field.rich else {}
    return {name: text for name, text in settings.items() if text}


def _inside(field: Field) -> str:
    inside = f"<Formula>{escaped(field.formula)}</Formula>" if field.formula else ""
    if field.choices:
        inside += (
            "<CHOICES>" + "".join(f"<CHOICE>{escaped(choice)}</CHOICE>" for choice in field.choices) + "</CHOICES>"
        )
    return inside


def _attributes(own: SharePointList) -> dict[str, str]:
    braced = "{" + own.id.upper() + "}"
    return {
        "DocTemplateUrl": "",
        "DefaultViewUrl": f"{own.path}/AllItems.aspx",
        "ID": braced,
        "Title": own.title,
        "Description": "",
        "Name": braced,
        "BaseType": "0",
        "FeatureId": _FEATURE,
        "ServerTemplate": "100",
        "Created": _moment(own.created),
        "Modified": _moment(own.modified),
        "LastDeleted": _moment(own.last_deleted),
        "Version": str(own.schema_version),
        "Direction": "none",
        "ItemCount": str(len(own.walk())),
        "RootFolder": own.path,
        "ReadSecurity": "1",
        "WriteSecurity": "1",
        "Author": str(own.site.owner.id),
        "WebFullUrl": own.site.path,
        "WebId": own.site.web_id,
        "ScopeId": own.site.web_id,
        "EnableAttachments": "True",
        "EnableModeration": "False",
        "EnableVersioning": str(own.versioning),
        "EnableFolderCreation": "True",
        "Hidden": "False",
        "MaxItemsPerThrottledOperation": str(own.threshold),
    }


def _moment(moment: datetime) -> str:
    return f"{moment:%Y%m%d %H:%M:%S}"


def _regional_settings(site: Site) -> str:
    settings = {
        "Language": "1033",
        "Locale": "1033",
        "AdvanceHijri": "0",
        "CalendarType": "1",
        "Time24": "False",
        "TimeZone": str(site.bias),
        "SortOrder": "2070",
        "Presence": "True",
    }
    return (
        "<RegionalSettings>"
        + "".join(element(name, {}, text) for name, text in settings.items())
        + "</RegionalSettings>"
    )


def _server_settings(site: Site) -> str:
    settings = {
        "ServerVersion": SERVER_VERSION,
        "RecycleBinEnabled": "True",
        "ServerRelativeUrl": escaped(site.path),
    }
    return (
        "<ServerSettings>" + "".join(element(name, {}, text) for name, text in settings.items()) + "</ServerSettings>"
    )
