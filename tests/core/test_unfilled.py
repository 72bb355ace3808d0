"""Folders that are new to a Graph list's feed, told in every way: whatever is in them is known after the run."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from airflow_provider_drivedelta.core.capture_list import ListCapture, capture_list
from airflow_provider_drivedelta.core.transport import Transport
from tests.core.protocols.followed_list import AnyBearer
from tests.graph_service import GraphService

SITE, LIST = "h,c0,b1", "79cc20e6-adda-438e-8a96-792041b33168"
AT = f"/v1.0/sites/{SITE}/lists/{LIST}"
ALL = f"{AT}/items/delta?$expand=fields"

Items = list[dict[str, object]]


def item(number: int, path: str, members: int | None = None, *, gone: bool = False) -> dict[str, object]:
    """An item, or a folder that says how many members it has."""
    if gone:
        return {"id": str(number), "deleted": {"state": "deleted"}}
    kind = "0x0100" if members is None else "0x0120"
    counts = {} if members is None else {"ItemChildCount": str(members), "FolderChildCount": "0"}
    where = f"https://h/Lists/Tasks{path}"
    return {"id": str(number), "webUrl": where, "contentType": {"id": kind}, "fields": {"Title": path, **counts}}


@pytest.fixture
def kinds(service: GraphService, tmp_path) -> Callable[..., str]:
    """The kind of an increment that is told in these pages, of a list that had one item outside of any folder."""
    service.on(f"{AT}/columns", service.page([{"name": "Title", "displayName": "Title", "text": {}}]))

    def pull() -> str:
        capture = ListCapture(site=SITE, list=LIST, output=str(tmp_path), protocol="graph")
        with Transport(auth=AnyBearer(), base_url=service.url) as transport:
            return capture_list(capture, base_url=service.url, transport=transport).kind

    def kind(*pages: Items) -> str:
        service.on(ALL, service.page([item(1, "/1")], delta="/d1"))
        assert pull() == "initial"
        for number, told in enumerate(pages):
            last = number == len(pages) - 1
            links = {"delta": "/d2"} if last else {"next": f"/p{number}"}
            service.on("/d1" if number == 0 else f"/p{number - 1}", service.page(told, **links))
        service.replace(ALL, service.page([item(1, "/1")], delta="/d3"))
        return pull()

    return kind


FOLDER = item(2, "/F", 1)


@pytest.mark.parametrize(
    "pages",
    [
        [[FOLDER, item(3, "/F/3")]],
        [[item(3, "/F/3")], [FOLDER]],
        [[item(3, "/F/3"), FOLDER], [item(3, "/F/3")]],
        [[item(3, "/3"), FOLDER], [item(3, "/F/3")]],
        [[FOLDER], [item(2, "/F", 0)]],
        [[FOLDER], [item(2, "", gone=True)]],
        [[item(2, "/G", 1), item(3, "/G/3")], [FOLDER, item(3, "/F/3")]],
        [[FOLDER, item(1, "/F/1")]],
    ],
)
def test_one_whose_members_all_came_is_no_reason_to_read_everything(kinds: Callable[..., str], pages) -> None:
    assert kinds(*pages) != "resync"


@pytest.mark.parametrize(
    "pages",
    [
        [[FOLDER]],
        [[item(2, "/F", 2), item(3, "/F/3")], [item(3, "/F/3")]],
        [[FOLDER, item(3, "/F/3")], [item(3, "/3")]],
        [[FOLDER, item(3, "/F/3")], [item(3, "", gone=True)]],
        [[FOLDER, item(3, "/FF/3"), item(4, "/F2")]],
        [[FOLDER, item(3, "/F/below/3")]],
        [[{**FOLDER, "fields": {"Title": "F"}}, item(3, "/F/3")]],
    ],
)
def test_one_that_may_hold_more_than_came_is(kinds: Callable[..., str], pages) -> None:
    """Whoever is told twice is one member, and whoever left again is none; no count is no proof."""
    assert kinds(*pages) == "resync"
