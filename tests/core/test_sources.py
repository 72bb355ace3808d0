"""A drive is named in many ways, and each feed has one name: safe, stable, its own."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.sources import Drive, Feed, fingerprint, safe_name, same_drive

SAFE = re.compile(r"[A-Za-z0-9_.~-]*")
SETTINGS = {"protocol": "graph", "select": ["a", "b"], "expand": [], "prefer": [], "scope": ""}


@pytest.mark.parametrize(
    ("text", "drive"),
    [
        ("me", Drive("me")),
        ("/me/drive", Drive("me")),
        ("b!abc", Drive("drives", "b!abc")),
        (" drives/b!abc ", Drive("drives", "b!abc")),
        ("/drives/b!abc/root", Drive("drives", "b!abc")),
        ("users/a@b.c/drive", Drive("users", "a@b.c")),
        ("groups/1/drive/root/", Drive("groups", "1")),
        ("sites/host:/sites/team", Drive("sites", "host:/sites/team")),
        ("sites/host:/sites/items/x", Drive("sites", "host:/sites/items/x")),
        ("drives/cb0/items/CB0!12/", Drive("drives", "cb0", item="CB0!12")),
        ("/drives/cb0/items/root", Drive("drives", "cb0")),
        ("drives/cb0/root:/Reports/2026 ü#%:", Drive("drives", "cb0", path="Reports/2026 ü#%")),
        ("drives/cb0/root:/Reports/", Drive("drives", "cb0", path="Reports")),
        ("me/items/CB0!12", Drive("me", item="CB0!12")),
        ("me/drive/root:/Reports", Drive("me", path="Reports")),
    ],
)
def test_a_drive_is_read_from_text(text: str, drive: Drive) -> None:
    assert Drive.parse(text) == drive
    assert Drive.parse(str(drive)) == drive


ODD_PARTS = ["drives/a/b", "drives/a/items/", "drives/a/items/b/c", "drives/a/root:", "drives/a/root:/:"]
ODD_PARTS += ["drives/a/root:/b:/children", "users/a/items/b", "groups/a/root:/b:", "a/items/b", "me/items/"]


@pytest.mark.parametrize("text", ["", "  ", "/", "drives/", "teams/1", "a/b", "users/ ", *ODD_PARTS])
def test_text_that_names_no_drive_is_ours_to_mend(text: str) -> None:
    with pytest.raises(FixSetup, match=r"names no drive.*drives/\{id\}"):
        Drive.parse(text)


@pytest.mark.parametrize("owner", ["drives", "users", "groups"])
def test_an_id_cannot_leave_its_place_in_the_address(owner: str) -> None:
    route = Drive(owner, "a/b?c#d e%2f").route  # type: ignore[arg-type]
    assert route.startswith(f"/{owner}/a%2Fb%3Fc%23d%20e%252f")


@pytest.mark.parametrize("parts", [("drives", "a", "1", "b"), ("users", "a", "1"), ("sites", "a", "", "b")])
def test_a_folder_is_meant_in_one_way_only(parts: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="by its id or its path"):
        Drive(*parts)  # type: ignore[arg-type]


def test_a_folder_is_a_part_of_its_drive() -> None:
    assert Drive.parse("me/items/1").whole == Drive("me")
    assert Drive.parse("drives/a/root:/b:").whole == Drive("drives", "a")


@pytest.mark.parametrize(
    ("left", "right"),
    [("ABCDEF0123456789", "abcdef0123456789"), ("0bcdef0123456789", "BCDEF0123456789"), ("b!xY", "b!xY")],
)
def test_personal_drives_are_the_same_in_any_case_and_without_leading_zeros(left: str, right: str) -> None:
    """D3."""
    assert same_drive(left, right)
    assert Feed.of_drive(left, output="/lake") == Feed.of_drive(right, output="/lake")


def test_business_drives_differ_by_case() -> None:
    assert not same_drive("b!xY", "b!xy")


def test_one_drive_in_two_outputs_is_two_feeds_with_one_folder_name() -> None:
    one, other = Feed.of_drive("b!x", output="/one"), Feed.of_drive("b!x", output="/two")
    assert one.folder == other.folder == "drive-b~21x"
    assert one.key != other.key
    assert Feed.of_drive("b!x", output="/one/") == one


def test_a_scope_is_a_feed_of_its_own() -> None:
    whole, part = Feed.of_drive("b!x", output="/o"), Feed.of_drive("b!x", output="/o", scope="folder")
    assert re.fullmatch(r"drive-b~21x--[0-9a-f]{8}", part.folder)
    assert whole.key != part.key


ALIKE = st.text(alphabet="~21!-e\x0012é", max_size=4) | st.text(alphabet="a!", min_size=118, max_size=124)


@given(ALIKE, ALIKE)
def test_two_ids_never_share_a_safe_name(left: str, right: str) -> None:
    assert SAFE.fullmatch(safe_name(left))
    assert (safe_name(left) == safe_name(right)) == (left == right)


@given(st.text(alphabet=string.ascii_letters + "~!/\\.%\0ü😀\ud800", max_size=400))
def test_names_fit_into_file_systems_and_variable_keys(drive_id: str) -> None:
    feed = Feed.of_drive(drive_id, output="/lake", scope="x")
    assert SAFE.fullmatch(feed.folder)
    assert len(feed.folder) < 255
    assert len("drivedelta__" + feed.key) < 250


def test_the_order_of_select_is_no_setting() -> None:
    assert fingerprint(**SETTINGS) == fingerprint(**(SETTINGS | {"select": ["b", "a"]}))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "other",
    [{"protocol": "x"}, {"select": []}, {"select": ["a"]}, {"expand": ["a"]}, {"prefer": ["a"]}, {"scope": "a"}],
)
def test_each_setting_that_a_token_bakes_in_changes_the_fingerprint(other: dict[str, object]) -> None:
    assert fingerprint(**SETTINGS) != fingerprint(**(SETTINGS | other))  # type: ignore[arg-type]
