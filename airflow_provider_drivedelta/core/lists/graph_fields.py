"""Fields of a list as Graph describes them (columnDefinition), as the fields that SharePoint itself tells of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from airflow_provider_drivedelta.core.changes import Json, JsonObject
from airflow_provider_drivedelta.core.lists.fields import Field
from airflow_provider_drivedelta.core.lists.one_json import whole_characters

# Facet of a columnDefinition -> SharePoint's type; those with variants are in `_type_of`.
_FACETS: Mapping[str, str] = {
    "boolean": "Boolean",
    "number": "Number",
    "currency": "Currency",
    "dateTime": "DateTime",
    "hyperlinkOrPicture": "URL",
    "calculated": "Calculated",
    "contentApprovalStatus": "ModStat",
    "geolocation": "Geolocation",
    "thumbnail": "Thumbnail",
    "text": "Text",
    "choice": "Choice",
    "lookup": "Lookup",
    "personOrGroup": "User",
    "term": "TaxonomyFieldType",
}
_SEVERAL = {"lookup": "allowMultipleValues", "personOrGroup": "allowMultipleSelection", "term": "allowMultipleValues"}
# Columns that carry no facet.
_BUILT_IN: Mapping[str, str] = {
    "ID": "Counter",
    "Attachments": "Boolean",
    "ContentType": "Computed",
    "_UIVersionString": "Text",
    "FileLeafRef": "Text",
    "ItemChildCount": "Integer",
    "FolderChildCount": "Integer",
}
_RESULTS: Mapping[str, str] = {
    "text": "Text",
    "number": "Number",
    "currency": "Currency",
    "boolean": "Boolean",
    "dateTime": "DateTime",
}


def graph_field(definition: JsonObject) -> Field | None:
    """The field that one member of `/lists/{id}/columns` describes; None without a name."""
    name = _text(definition, "name")
    if not name:
        return None
    facet = next((facet for facet in _FACETS if isinstance(definition.get(facet), Mapping)), "")
    told = _object(definition, facet)
    several = told.get(_SEVERAL.get(facet, "")) is True
    return Field(
        name=name,
        display=_text(definition, "displayName") or name,
        type=_type_of(name, facet, told, several),
        id=_text(definition, "id").strip("{}").lower(),
        multiple=several,
        date_only=told.get("format") == "dateOnly",
        result_type=_RESULTS.get(_text(told, "outputType"), "") if facet == "calculated" else "",
        show_field=_text(told, "columnName"),
        list_id=_text(told, "listId"),
        rich_text=told.get("textType") == "richText",
        hidden=definition.get("hidden") is True,
        read_only=definition.get("readOnly") is True,
    )


def graph_fields(definitions: Sequence[JsonObject]) -> Sequence[Field]:
    """All the fields of a list."""
    return [found for definition in definitions if (found := graph_field(definition))]


def _type_of(name: str, facet: str, told: JsonObject, several: bool) -> str:
    if not facet:
        return _BUILT_IN.get(name, "Text")
    if facet == "text" and told.get("allowMultipleLines") is True:
        return "Note"
    if facet == "choice" and told.get("displayAs") == "checkBoxes":
        return "MultiChoice"
    return _FACETS[facet] + ("Multi" if several else "")


def _object(said: JsonObject, name: str) -> JsonObject:
    found = said.get(name)
    return found if isinstance(found, Mapping) else {}


def _text(said: JsonObject, name: str) -> str:
    found: Json = said.get(name)
    return whole_characters(found) if isinstance(found, str) else ""
