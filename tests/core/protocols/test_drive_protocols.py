"""Which protocol is spoken where, and how each is asked for a drive."""

from __future__ import annotations

import pytest

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.protocols.drive_protocols import (
    PROTOCOLS,
    ask_which_drive,
    check_protocol,
    default_address,
)
from airflow_provider_drivedelta.core.sources import Drive

OLDER = ["view.delta", "view.changes"]
PERSONAL = "https://api.onedrive.com/v1.0"
BUSINESS = "https://contoso-my.sharepoint.com/personal/ann/_api/v2.0"


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_each_protocol_is_spoken_at_its_own_address(protocol: str) -> None:
    check_protocol(protocol, default_address(protocol))
    assert PROTOCOLS[protocol](base_url="https://x", drive_id="1").name == protocol


@pytest.mark.parametrize("protocol", OLDER)
@pytest.mark.parametrize("address", [PERSONAL, BUSINESS, "https://CONTOSO.sharepoint.us/sites/x/_API/v2.0"])
def test_the_older_ones_are_spoken_by_sharepoints_hosts_too(protocol: str, address: str) -> None:
    check_protocol(protocol, address)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_of_other_hosts_nothing_is_known(protocol: str) -> None:
    """A proxy, or the emulator."""
    check_protocol(protocol, "http://127.0.0.1:8099/v1.0")


@pytest.mark.parametrize(
    ("protocol", "address"),
    [
        ("graph", PERSONAL),
        ("graph", BUSINESS),
        *((older, "https://graph.microsoft.com/v1.0") for older in OLDER),
        *((older, "https://DOD-graph.microsoft.us/v1.0") for older in OLDER),
        *((older, "https://contoso-my.sharepoint.com/v1.0") for older in OLDER),
    ],
)
def test_a_host_that_cannot_answer_is_named_before_it_is_asked(protocol: str, address: str) -> None:
    with pytest.raises(FixSetup, match=r"https://graph\.microsoft\.com|https://api\.onedrive\.com"):
        check_protocol(protocol, address)


def test_an_unknown_protocol_names_those_that_are_known() -> None:
    with pytest.raises(FixSetup, match=r"'graph' or 'view\.delta' or 'view\.changes'"):
        check_protocol("webdav", PERSONAL)


@pytest.mark.parametrize(
    ("base", "source", "path"),
    [
        (PERSONAL, "me", "/drive"),
        (BUSINESS, "me", "/me/drive"),
        (PERSONAL, "cb0bf412d51bbd9f", "/drives/cb0bf412d51bbd9f?$select=id,name,driveType,webUrl"),
    ],
)
@pytest.mark.parametrize("protocol", OLDER)
def test_the_users_own_drive_is_asked_for_where_it_lies(protocol: str, base: str, source: str, path: str) -> None:
    assert ask_which_drive(protocol, base, Drive.parse(source)).url == base + path


@pytest.mark.parametrize("protocol", OLDER)
@pytest.mark.parametrize("source", ["users/1", "groups/1", "sites/1"])
def test_other_owners_are_graphs_alone(protocol: str, source: str) -> None:
    with pytest.raises(FixSetup, match="does not find drives by their"):
        ask_which_drive(protocol, BUSINESS, Drive.parse(source))
