"""To each refusal the permission that is missing, and the very call that gives it."""

from __future__ import annotations

import json

import pytest

from airflow_provider_drivedelta.core.doctor.grants import Api, Wanted, What, advice, lacking, standing
from airflow_provider_drivedelta.core.doctor.token import Claims

GRAPH = "https://graph.microsoft.com/v1.0"


def wanted(what: What = "drive", api: Api = "Microsoft Graph", **more: str) -> Wanted:
    return Wanted(what=what, api=api, graph=GRAPH, **more)


def application(*roles: str, **more: object) -> Claims:
    return Claims(app="1111", roles=roles, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("what", "api", "roles", "worth"),
    [
        ("drive", "Microsoft Graph", ["Files.Read.All"], "enough"),
        ("drive", "Microsoft Graph", ["User.Read.All", "Sites.ReadWrite.All"], "enough"),
        ("drive", "Microsoft Graph", ["Sites.Selected"], "selected"),
        ("drive", "Microsoft Graph", ["Lists.SelectedOperations.Selected"], "selected"),
        ("drive", "Microsoft Graph", ["User.Read.All"], "none"),
        ("drive", "Microsoft Graph", [], "none"),
        ("list", "Microsoft Graph", ["Files.Read.All"], "none"),
        ("list", "Microsoft Graph", ["Sites.Read.All"], "enough"),
        ("list", "SharePoint", ["Sites.FullControl.All"], "enough"),
        ("list", "SharePoint", ["Sites.Selected"], "selected"),
    ],
)
def test_what_an_applications_roles_are_worth(what: What, api: Api, roles: list[str], worth: str) -> None:
    assert standing(wanted(what, api), application(*roles)) == worth


@pytest.mark.parametrize(
    ("what", "api", "scopes", "worth"),
    [
        ("drive", "Microsoft Graph", ["Files.Read"], "enough"),
        ("list", "Microsoft Graph", ["Files.Read"], "none"),
        ("list", "SharePoint", ["AllSites.Read"], "enough"),
        ("list", "SharePoint", ["Sites.Read.All"], "none"),
    ],
)
def test_what_a_persons_scopes_are_worth(what: What, api: Api, scopes: list[str], worth: str) -> None:
    assert standing(wanted(what, api), Claims(scopes=tuple(scopes))) == worth


def test_an_application_without_a_role_is_told_the_least_one_and_the_narrow_way() -> None:
    told = advice(wanted(), application("User.Read.All"), 403)
    assert "add the application permission Files.Read.All of Microsoft Graph and grant admin consent" in told
    assert "add Sites.Selected instead" in told
    assert "permission Sites.Read.All of SharePoint" in lacking(wanted("list", "SharePoint"), application())


def test_a_person_is_told_to_sign_in_again() -> None:
    told = lacking(wanted("list"), Claims(scopes=("User.Read",)))
    assert told == (
        "Add the delegated permission Sites.Read.All of Microsoft Graph to the application, then sign in again."
    )


def test_sites_selected_comes_with_the_call_that_grants_the_site() -> None:
    told = advice(wanted("list", site="contoso.sharepoint.com:/sites/team:"), application("Sites.Selected"), 403)
    call, _, body = told.partition("POST ")[2].partition(" ")
    assert call == f"{GRAPH}/sites/contoso.sharepoint.com:/sites/team:/permissions"
    granted = [{"application": {"id": "1111", "displayName": "DriveDelta"}}]
    assert json.loads(body) == {"roles": ["read"], "grantedToIdentities": granted}
    assert "as somebody with Sites.FullControl.All" in told


def test_lists_selected_comes_with_the_call_that_grants_the_list() -> None:
    claims = application("Lists.SelectedOperations.Selected")
    told = advice(wanted("list", site="s1", list_id="l1"), claims, 404)
    call, _, body = told.partition("POST ")[2].partition(" ")
    assert call == f"{GRAPH}/sites/s1/lists/l1/permissions"
    assert json.loads(body)["grantedToV2"]["application"]["id"] == "1111"


def test_ids_that_are_not_known_are_left_to_fill_in() -> None:
    assert f"{GRAPH}/sites/{{site id}}/permissions" in advice(wanted(), application("Sites.Selected"), 403)
    assert "{client id}" in advice(wanted(), None, 403)


@pytest.mark.parametrize(
    ("status", "told"), [(403, "something else forbids it: a policy"), (404, "the id or the address is wrong")]
)
def test_with_roles_enough_something_else_is_in_the_way(status: int, told: str) -> None:
    assert told in advice(wanted(), application("Files.Read.All"), status)


def test_an_opaque_token_may_have_permissions_or_not() -> None:
    assert "does not show its permissions. It needs Files.Read.All" in advice(wanted(), None, 403)


def test_sharepoint_refuses_secrets_and_other_hosts_tokens() -> None:
    site = wanted("list", "SharePoint")
    assert "give a certificate" in advice(site, application("Sites.Read.All", certified=False), 401)
    for_graph = application("Sites.Read.All", certified=True, audience=GRAPH)
    assert "SharePoint takes tokens for the site's own host alone" in advice(site, for_graph, 401)
    assert advice(wanted(), for_graph, 401) == ""
