"""`QueryOptions` of a call for a list's changes: always whole, since what is left out gets the opposite of its default.

https://learn.microsoft.com/openspecs/sharepoint_protocols/ms-listsws/ 2.2.4.4, R679
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.protocols.caml import element, empty_element

RECURSIVE = ("RecursiveAll", "Recursive")
_SCOPES = (*RECURSIVE, "FilesOnly", "")
_FLAGS: Mapping[str, str] = {
    "IncludeMandatoryColumns": "FALSE",
    "DateInUtc": "TRUE",
    "IncludePermissions": "FALSE",
    "ExpandUserField": "FALSE",
    "IncludeAttachmentUrls": "TRUE",
    "IncludeAttachmentVersion": "FALSE",
    "RemoveInvalidXmlCharacters": "TRUE",
}
_TEXTS = ("Folder", "OptimizeLookups", "MeetingInstanceID", "RecurrenceOrderBy", "RecurrencePatternXMLVersion")
_OPTIMIZED = ("ItemIds", "FolderUrls")
_OURS = ("Paging", "ExtraIds")


def complete(given: Mapping[str, str]) -> Mapping[str, str]:
    """The options with all that was not given, in one order and one spelling.

    `Scope` is that of `ViewAttributes`; `Folder` a server-relative path.

    :raises FixSetup: an option or its value is unknown, or would make the answer one that cannot be read.
    """
    _check_names(given)
    options = {name: _flag(name, given.get(name, default)) for name, default in _FLAGS.items()}
    if options["DateInUtc"] != "TRUE":
        then = "Leave it out; dates without a time become days by site_zone."
        raise FixSetup("DateInUtc FALSE would give dates without their zone", then=then)
    scope = given.get("Scope", RECURSIVE[0])
    if scope not in _SCOPES:
        raise FixSetup(f"{scope!r} is no scope of a list", then=f"Use {' or '.join(map(repr, _SCOPES))}.")
    folder = given.get("Folder", "")
    optimized = given.get("OptimizeFor", "FolderUrls" if folder else "ItemIds")
    if optimized not in _OPTIMIZED:
        raise FixSetup(f"Nothing can be optimized for {optimized!r}", then=f"Use {' or '.join(_OPTIMIZED)}.")
    texts = {name: given[name] for name in _TEXTS if given.get(name)}
    return {**options, "Scope": scope, "OptimizeFor": optimized, **texts}


def query_options(options: Mapping[str, str], *, position: str = "", extra_ids: Sequence[int] = ()) -> str:
    """The element, of options that are complete."""
    parts = [
        empty_element("ViewAttributes", "Scope", value) if name == "Scope" else element(name, value)
        for name, value in options.items()
    ]
    if position:
        parts.append(empty_element("Paging", "ListItemCollectionPositionNext", position))
    if extra_ids:
        parts.append(element("ExtraIds", ",".join(map(str, extra_ids))))
    return f"<QueryOptions>{''.join(parts)}</QueryOptions>"


def _check_names(given: Mapping[str, str]) -> None:
    known = (*_FLAGS, "Scope", "OptimizeFor", *_TEXTS)
    for name in given:
        if name in _OURS:
            raise FixSetup(f"The query option {name} belongs to the paging", then="Leave it out.")
        if name not in known:
            raise FixSetup(f"There is no query option {name!r}", then=f"Use {', '.join(known)}.")


def _flag(name: str, value: str) -> str:
    if value.upper() not in ("TRUE", "FALSE"):
        raise FixSetup(f"The query option {name} cannot be {value!r}", then="Use TRUE or FALSE.")
    return value.upper()
