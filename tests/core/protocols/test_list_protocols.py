"""Which protocol of lists is spoken where."""

from __future__ import annotations

import pytest

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.protocols.list_protocols import LIST_PROTOCOLS, check_list_protocol

GRAPH = "https://graph.microsoft.com/v1.0"
SITE = "https://contoso.sharepoint.com/sites/team"


@pytest.mark.parametrize("protocol", LIST_PROTOCOLS)
@pytest.mark.parametrize("address", ["http://127.0.0.1:8099/v1.0", "https://proxy.example/sites/team"])
def test_of_other_hosts_nothing_is_known(protocol: str, address: str) -> None:
    """A proxy, or the emulator."""
    check_list_protocol(protocol, address)


def test_each_is_spoken_at_its_own_address() -> None:
    check_list_protocol("graph", GRAPH)
    check_list_protocol("sharepoint", SITE)


@pytest.mark.parametrize(
    ("protocol", "address", "instead"),
    [
        ("graph", SITE, "https://graph.microsoft.com/v1.0, or protocol='sharepoint'"),
        ("graph", "https://CONTOSO.sharepoint.us/_api/v2.0", "protocol='sharepoint'"),
        ("graph", "https://intranet.example/sites/team/_API", "protocol='sharepoint'"),
        ("graph", "https://api.onedrive.com/v1.0", "protocol='sharepoint'"),
        ("sharepoint", GRAPH, "protocol='graph'"),
        ("sharepoint", "https://DOD-graph.microsoft.us/v1.0", "protocol='graph'"),
        ("sharepoint", "https://api.onedrive.com/v1.0", "protocol='graph'"),
    ],
)
def test_an_address_that_cannot_answer_is_named_before_it_is_asked(protocol: str, address: str, instead: str) -> None:
    with pytest.raises(FixSetup, match=instead):
        check_list_protocol(protocol, address)


def test_an_unknown_protocol_names_those_that_are_known() -> None:
    with pytest.raises(FixSetup, match=r"Use 'sharepoint' or 'graph'"):
        check_list_protocol("soap", SITE)
