"""``QueryOptions`` and ``ViewFields``: what a call wants to see, and how it wants it written.

Left out altogether, the options have other defaults than given with elements missing: the dates turn local, and what
is in folders is not told.
"""

from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from airflow_provider_drivedelta.emulator.sharepoint.caml_xml import is_true, read_caml
from airflow_provider_drivedelta.emulator.sharepoint.failures import bad_query

_SCOPES = {"": "", "default": "", "filesonly": "FilesOnly", "recursive": "Recursive", "recursiveall": "RecursiveAll"}


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryOptions:
    """The defaults here are those of a block that is given and says nothing."""

    utc: bool = False
    scope: str = ""
    """``RecursiveAll`` everything, ``Recursive`` no folders, ``FilesOnly`` no folders of one folder."""
    folder: str = ""
    expand_users: bool = False
    permissions: bool = False
    attachment_urls: bool = False
    attachment_versions: bool = False
    mandatory: bool = False
    remove_invalid: bool = False
    extra_ids: tuple[int, ...] = ()
    position: str = ""


LEFT_OUT = QueryOptions(
    utc=True,
    scope="RecursiveAll",
    expand_users=True,
    permissions=True,
    attachment_urls=True,
    attachment_versions=True,
    mandatory=True,
)


@dataclass(frozen=True, slots=True)
class ViewFields:
    names: tuple[str, ...] = ()
    split_properties: bool = False
    """Whether the property bag comes as one attribute each."""
    given: bool = field(default=True)


def read_options(text: str) -> QueryOptions:
    if not text.strip():
        return LEFT_OUT
    root = read_caml(text, "QueryOptions")
    scope = _attribute(root, "ViewAttributes", "Scope").casefold()
    if scope not in _SCOPES:
        raise bad_query(f"The scope '{scope}' is not valid.")
    return QueryOptions(
        utc=_flag(root, "DateInUtc"),
        scope=_SCOPES[scope],
        folder=(root.findtext("Folder") or "").strip(),
        expand_users=_flag(root, "ExpandUserField"),
        permissions=_flag(root, "IncludePermissions"),
        attachment_urls=_flag(root, "IncludeAttachmentUrls"),
        attachment_versions=_flag(root, "IncludeAttachmentVersion"),
        mandatory=_flag(root, "IncludeMandatoryColumns"),
        remove_invalid=_flag(root, "RemoveInvalidXmlCharacters"),
        extra_ids=_ids(root.findtext("ExtraIds") or ""),
        position=_attribute(root, "Paging", "ListItemCollectionPositionNext"),
    )


def read_view_fields(text: str) -> ViewFields:
    if not text.strip():
        return ViewFields(given=False)
    root = read_caml(text, "ViewFields")
    names = tuple(reference.get("Name", "") for reference in root.iter("FieldRef"))
    return ViewFields(names, is_true(root.get("Properties")))


def _flag(root: Element, name: str) -> bool:
    return is_true(root.findtext(name))


def _attribute(root: Element, element: str, name: str) -> str:
    found = root.find(element)
    return "" if found is None else found.get(name, "")


def _ids(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError:
        raise bad_query("ExtraIds holds ids, separated by commas.") from None
