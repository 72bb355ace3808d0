"""Whatever a service answers to discovery, it is read, left out or refused in our own words; no name gets out raw."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_drivedelta.core.changes import Answer
from airflow_provider_drivedelta.core.errors import DriveDeltaError
from airflow_provider_drivedelta.core.protocols.graph_batch import read_at_once
from airflow_provider_drivedelta.core.protocols.graph_collections import Some
from airflow_provider_drivedelta.core.protocols.graph_owners import read_drives, read_groups, read_users
from airflow_provider_drivedelta.core.protocols.graph_sites import ask_for_all_sites, read_site, read_sites
from airflow_provider_drivedelta.core.protocols.site_lists import read_graph_lists, read_site_lists
from tests.core.protocols.answered import answer

GUID = "b57af081-936c-4803-a120-d94887b03864"
NAMES = ("id", "Id", "name", "displayName", "Title", "webUrl", "list", "hidden", "template", "system", "RootFolder")
MORE = ("assignedLicenses", "userPrincipalName", "deleted", "Hidden", "BaseTemplate", "ServerRelativeUrl", "driveType")
TEXTS = st.one_of(st.text(max_size=20), st.sampled_from([GUID, "b!1", "https://x/sites/a", "https://[", "\n\x1b[0m"]))
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), TEXTS)
MEMBERS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES + MORE), inner),
    max_leaves=12,
)
READERS = [read_sites, read_users, read_groups, read_drives, read_graph_lists, read_site_lists]


def shown_well(name: object) -> bool:
    return isinstance(name, str) and name.isprintable() and len(name) <= 200


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
@given(members=st.lists(MEMBERS, max_size=4), status=st.sampled_from([200, 200, 200, 403, 404, 410, 423, 400]))
def test_any_members_are_read_or_counted(
    read: Callable[[Answer], Some[object]], members: list[object], status: int
) -> None:
    try:
        some = read(answer({"value": members}, status))
    except DriveDeltaError:
        assert status != 200
        return
    assert len(some.members) + some.unreadable == len(members)
    assert all(shown_well(member.name) for member in some.members)  # type: ignore[attr-defined]


@pytest.mark.parametrize("read", [*READERS, read_site], ids=lambda read: read.__name__)
@given(body=st.one_of(st.binary(max_size=40), MEMBERS.map(lambda body: json.dumps(body).encode())))
def test_any_body_is_an_answer_or_an_error_of_ours(read: Callable[[Answer], object], body: bytes) -> None:
    with suppress(DriveDeltaError):
        read(answer(body))


@given(replies=st.lists(st.dictionaries(st.sampled_from(["id", "status", "body", "headers"]), MEMBERS), max_size=4))
def test_any_batch_is_answers_or_questions_to_ask_again(replies: list[object]) -> None:
    asked = [ask_for_all_sites("https://graph.microsoft.com/v1.0")] * 3
    answers = read_at_once(answer({"responses": replies}), asked)
    assert answers is not None
    assert len(answers) == len(asked)
