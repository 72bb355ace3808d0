"""Which users and groups there are, and which drives they and sites have, asked of Microsoft Graph."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from airflow_provider_drivedelta.core.changes import Answer, JsonObject, Request
from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.escaped import escaped
from airflow_provider_drivedelta.core.found import FoundDrive, FoundOwner, shown
from airflow_provider_drivedelta.core.protocols.graph_collections import HEADERS, Some, name_in, read_some, text_in
from airflow_provider_drivedelta.core.protocols.graph_sites import escaped_site

_PAGE = 999  # the most that users and groups give
_DRIVE = "id,name,driveType,webUrl"
_DRIVE_ID = re.compile(r"[A-Za-z0-9!_.-]{1,200}")
# By the last part of the address, which no language changes: https://learn.microsoft.com/purview/retention-policies-sharepoint
_SYSTEM_LIBRARIES = frozenset({"preservationholdlibrary", "stylelibrary", "formservertemplates"})


def ask_for_users(base_url: str) -> Request:
    """https://learn.microsoft.com/graph/api/user-list"""
    select = "$select=id,userPrincipalName,displayName,assignedLicenses"
    return Request(f"{base_url}/users?{select}&$top={_PAGE}", headers=HEADERS)


def ask_for_groups(base_url: str) -> Request:
    """Microsoft 365 groups, the only ones with a site: https://learn.microsoft.com/graph/api/group-list"""
    unified = "$filter=groupTypes/any(c:c%20eq%20'Unified')"
    return Request(f"{base_url}/groups?{unified}&$select=id,displayName&$top={_PAGE}", headers=HEADERS)


def ask_for_drives(base_url: str, route: str, *, system: bool = False) -> Request:
    """All drives of an owner, by its route such as `users/{id}`. To select `system` makes the service show those too.

    https://learn.microsoft.com/graph/api/drive-list
    """
    kind, _, key = route.partition("/")
    owner = escaped_site(key) if kind == "sites" else escaped(key, safe="@")
    return Request(f"{base_url}/{kind}/{owner}/drives?$select={_DRIVE}{',system' if system else ''}", headers=HEADERS)


def read_users(answer: Answer) -> Some[FoundOwner]:
    if answer.status == 403:
        raise _may_not_list(answer, "users", "User.Read.All")
    return read_some(answer, _user)


def read_groups(answer: Answer) -> Some[FoundOwner]:
    if answer.status == 403:
        raise _may_not_list(answer, "groups", "GroupMember.Read.All")
    return read_some(answer, _group)


def read_drives(answer: Answer) -> Some[FoundDrive]:
    return read_some(answer, _drive)


def read_drives_if_any(answer: Answer) -> Some[FoundDrive]:
    """As `read_drives`; a user or group that was never given a site is one without drives."""
    return Some(()) if answer.status == 404 else read_drives(answer)


def _may_not_list(answer: Answer, what: str, permission: str) -> FixSetup:
    then = f"Grant {permission} as application permission, or name the {what}."
    return FixSetup(f"The application may not list the tenant's {what}: 403", where=answer.where, then=then)


def _user(found: JsonObject) -> FoundOwner | None:
    user, login, licences = text_in(found, "id"), text_in(found, "userPrincipalName"), found.get("assignedLicenses")
    if not user:
        return None
    name = name_in(found, "displayName", "userPrincipalName", otherwise=user)
    licensed = bool(licences) if isinstance(licences, list) else None
    return FoundOwner(route=f"users/{user}", name=name, login=shown(login), licensed=licensed)


def _group(found: JsonObject) -> FoundOwner | None:
    group = text_in(found, "id")
    return FoundOwner(route=f"groups/{group}", name=name_in(found, "displayName", otherwise=group)) if group else None


def _drive(found: JsonObject) -> FoundDrive | None:
    drive_id, web_url = text_in(found, "id"), text_in(found, "webUrl")
    if not _DRIVE_ID.fullmatch(drive_id):
        return None
    return FoundDrive(
        id=drive_id,
        name=name_in(found, "name", otherwise=drive_id),
        web_url=web_url,
        drive_type=shown(text_in(found, "driveType")),
        system=found.get("system") is not None or _is_system(web_url),
    )


def _is_system(web_url: str) -> bool:
    try:
        path = unquote(urlsplit(web_url).path).casefold().rstrip("/")
    except ValueError:
        return False
    return "/_catalogs/" in path or path.rpartition("/")[2].replace(" ", "") in _SYSTEM_LIBRARIES
