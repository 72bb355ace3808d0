"""Which permission opens what, and how it is given: the advice that goes with a refusal.

https://learn.microsoft.com/graph/permissions-reference, https://learn.microsoft.com/graph/permissions-selected-overview
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from airflow_provider_drivedelta.core.doctor.token import Claims

Api = Literal["Microsoft Graph", "SharePoint"]
What = Literal["drive", "list"]
Standing = Literal["enough", "selected", "none", "unknown"]

_SITES = ("Sites.Read.All", "Sites.ReadWrite.All", "Sites.Manage.All", "Sites.FullControl.All")
_FILES = ("Files.Read.All", "Files.ReadWrite.All")
_OWN_FILES = ("Files.Read", "Files.ReadWrite")
_ALL_SITES = ("AllSites.Read", "AllSites.Write", "AllSites.Manage", "AllSites.FullControl")

# Permissions that open all of a tenant, the least one first: an application's, then those a person gives.
_ROLES: Mapping[tuple[Api, What], tuple[str, ...]] = {
    ("Microsoft Graph", "drive"): (*_FILES, *_SITES),
    ("Microsoft Graph", "list"): _SITES,
    ("SharePoint", "drive"): _SITES,
    ("SharePoint", "list"): _SITES,
}
_SCOPES: Mapping[tuple[Api, What], tuple[str, ...]] = {
    ("Microsoft Graph", "drive"): (*_FILES, *_OWN_FILES, *_SITES),
    ("Microsoft Graph", "list"): _SITES,
    ("SharePoint", "drive"): ("MyFiles.Read", "MyFiles.Write", *_ALL_SITES),
    ("SharePoint", "list"): _ALL_SITES,
}
SITE_SELECTED, LIST_SELECTED = "Sites.Selected", "Lists.SelectedOperations.Selected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be read, through which interface.

    :param graph: Graph's base address in the same cloud: grants are given there.
    :param site: the site's id as far as it is known, or how Graph finds it; `list_id` the list's id.
    """

    what: What
    api: Api
    graph: str
    site: str = ""
    list_id: str = ""

    @property
    def least(self) -> str:
        """The smallest permission that opens all there is of it."""
        return _ROLES[self.api, self.what][0]


def standing(wanted: Wanted, claims: Claims | None) -> Standing:
    """What the token's permissions are worth; a token that shows none may have them all the same."""
    if claims is None:
        return "unknown"
    table = _ROLES if claims.roles or not claims.scopes else _SCOPES
    if set(claims.permissions) & set(table[wanted.api, wanted.what]):
        return "enough"
    return "selected" if {SITE_SELECTED, LIST_SELECTED} & set(claims.permissions) else "none"


def advice(wanted: Wanted, claims: Claims | None, status: int) -> str:
    """What to do about a refusal; empty where nothing is known but what the service said."""
    app = claims.app if claims else ""
    if status == 401:
        return _of_the_token(wanted, claims)
    worth = standing(wanted, claims)
    if worth == "none":
        return lacking(wanted, claims)
    if worth == "selected" and claims:
        return _ungranted(wanted, claims)
    if worth == "enough" and status == 404:
        return "The token's permissions would do: so the id or the address is wrong, or it is gone."
    if worth == "enough":
        return (
            "The token's permissions would do, so something else forbids it: a policy of the site or the tenant, a "
            "person without access of their own, or a retention label, which has needed Sites.FullControl.All."
        )
    return (
        f"The token does not show its permissions. It needs {wanted.least} of {wanted.api}, or {SITE_SELECTED} and a "
        f"grant, {_grant(wanted, app)}"
    )


def lacking(wanted: Wanted, claims: Claims | None) -> str:
    """How to give what a token lacks altogether."""
    if claims and claims.scopes and not claims.roles:
        scope = _SCOPES[wanted.api, wanted.what][0]
        return f"Add the delegated permission {scope} of {wanted.api} to the application, then sign in again."
    return (
        f"In Entra, under App registrations > API permissions, add the application permission {wanted.least} of "
        f"{wanted.api} and grant admin consent. To open chosen sites only, add {SITE_SELECTED} instead and grant each, "
        f"{_grant(wanted, claims.app if claims else '')}"
    )


def _ungranted(wanted: Wanted, claims: Claims) -> str:
    has = SITE_SELECTED if SITE_SELECTED in claims.permissions else LIST_SELECTED
    grant = _grant(wanted, claims.app, has)
    return f"{has} opens what was granted to the application, and this was not. Grant it, {grant}"


def _grant(wanted: Wanted, app: str, permission: str = SITE_SELECTED) -> str:
    """The call that grants a site or a list, for somebody who may make it."""
    site = wanted.site or "{site id}"
    told: Mapping[str, object] = {"id": app or "{client id}", "displayName": "DriveDelta"}
    if permission == LIST_SELECTED:
        path = f"/sites/{site}/lists/{wanted.list_id or '{list id}'}/permissions"
        body: Mapping[str, object] = {"roles": ["read"], "grantedToV2": {"application": told}}
    else:
        path = f"/sites/{site}/permissions"
        body = {"roles": ["read"], "grantedToIdentities": [{"application": told}]}
    return f"as somebody with Sites.FullControl.All: POST {wanted.graph}{path} {json.dumps(body)}"


def _of_the_token(wanted: Wanted, claims: Claims | None) -> str:
    """A token that is refused as a whole, whatever it may open."""
    if wanted.api == "SharePoint" and claims and claims.certified is False:
        return "SharePoint takes no application that signed in with a client secret: give a certificate."
    if wanted.api == "SharePoint" and claims and "sharepoint" not in claims.audience.lower():
        return f"The token is for {claims.audience or 'nobody'}; SharePoint takes tokens for the site's own host alone."
    return ""
