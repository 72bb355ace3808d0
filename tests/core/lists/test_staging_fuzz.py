"""However the answers of either protocol are spoiled, they are staged, set aside or refused: soon, in little memory."""

from __future__ import annotations

import json
import os
import random
import time
import tracemalloc
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path

import pytest

from airflow_provider_drivedelta.core.changes import Json, Page, Request
from airflow_provider_drivedelta.core.errors import DriveDeltaError
from airflow_provider_drivedelta.core.lake.list_records import ListRecords
from airflow_provider_drivedelta.core.lake.list_stage import ListStage
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage
from airflow_provider_drivedelta.core.lake.staging import rows_of
from airflow_provider_drivedelta.core.lists.zone import SiteZone
from airflow_provider_drivedelta.core.protocols.graph_list import GraphList
from airflow_provider_drivedelta.core.protocols.sharepoint_list import ListChanges
from tests.core.lists.answers import SCHEMA, row
from tests.core.lists.answers import answer as listed
from tests.core.protocols.list_play import LIST, Reply, answer, page

SECONDS = float(os.environ.get("DRIVEDELTA_FUZZ_SECONDS", "6"))  # of each protocol; more by hand
ENOUGH = 100
"""Answers that are tried in any case, however slow the machine."""
BASE = "https://contoso.sharepoint.com/sites/team"
RECORDS = ListRecords(site_id="s", list_id="l", zone=SiteZone(bias=300))

FACETS: dict[str, Json] = {"Title": {"text": {}}, "N": {"number": {}}, "B": {"boolean": {}}, "U": {"personOrGroup": {}}}
FACETS |= {"D": {"dateTime": {"format": "dateOnly"}}, "L": {"lookup": {"allowMultipleValues": True}}}
FACETS |= {"H": {"hyperlinkOrPicture": {}}, "T": {"term": {}}, "S": {"calculated": {"outputType": "number"}}}
VALUES: dict[str, Json] = {"Title": "t", "N": 1.5, "B": True, "ULookupId": "7", "D": "2026-01-01T05:00:00Z", "S": 2}
VALUES |= {"L": [{"LookupId": 1, "LookupValue": "a"}], "H": {"Url": "https://x", "Description": "d"}}
VALUES |= {"T": {"Label": "l", "TermGuid": "d389f1c3-2735-4fdf-9b41-91f3ada8f3f0", "WssId": 1}}
ITEM: dict[str, Json] = {"id": "1", "eTag": '"x,1"', "webUrl": f"{BASE}/Lists/T/1_.000", "fields": VALUES}
ITEM |= {"createdDateTime": "2026-01-01T00:00:00Z", "contentType": {"id": "0x0100"}, "createdBy": {"user": {}}}
COLUMNS = page(*({"name": name, **facet} for name, facet in FACETS.items()))  # type: ignore[dict-item]
ITEMS = page(ITEM, {**ITEM, "id": "2"}, {"id": "3", "deleted": {}}, deltaLink=f"{BASE}/d")

DESCRIBED = Reply(listed(row(ID="1"), inside=SCHEMA))
ROWS = Reply(
    listed(
        row(ID="1", Title="x & y", Due_x0020_Date="2014-09-02T04:00:00Z", Parts="1;#a;#2;#b", FileRef="1;#a/1_.000"),
        row(ID="2", Title="", Parts="", FSObjType="2;#1", UniqueId="2;#{573C8003-CA9B-432C-8BF0-87307D405DB6}"),
    )
)
ODD: tuple[Json, ...] = (None, True, -1, 2**70, 1e308, "", "\ud800", "9" * 400, [], [[[[]]]], {}, {"id": {}}, [None])


def in_bytes(luck: random.Random, body: bytes) -> bytes:
    damaged = bytearray(body)
    for _ in range(luck.randint(1, 4)):
        at = luck.randrange(len(damaged))
        damaged[at : at + luck.choice((0, 1, 1, 5, 40))] = luck.choice(
            (b"", b"<", b'"', b"&#0;", b"\xff", b"9" * 30, b"{")
        )
    return bytes(damaged) + b" "


def in_values(luck: random.Random, body: bytes) -> bytes:
    """JSON that stays JSON, of another shape; or XML one of whose values is another."""
    if not body.startswith(b"{"):
        texts = [b'="' + piece for piece in (b"-", b"1;#", b"0001-01-01T00:00:00Z", b";#;#", b"1e400", b"9" * 40)]
        quotes = [at for at in range(len(body)) if body.startswith(b'="', at)]
        at = luck.choice(quotes)
        return body[:at] + luck.choice(texts) + body[body.index(b'"', at + 2) :]
    told = json.loads(body)
    for _ in range(luck.randint(1, 3)):
        holder, key = luck.choice(list(_places(told)))
        holder[key] = deepcopy(luck.choice(ODD))  # type: ignore[index]
    return json.dumps(told).encode()


def _places(told: object) -> Iterator[tuple[object, object]]:
    keys = list(told) if isinstance(told, dict) else range(len(told)) if isinstance(told, list) else ()
    for key in keys:
        yield told, key
        yield from _places(told[key])  # type: ignore[index]


def sharepoint() -> tuple[ListChanges | GraphList, Request, list[Reply]]:
    protocol = ListChanges(site_url=BASE, list_id=LIST)
    return protocol, protocol.first(), [DESCRIBED, ROWS]


def graph() -> tuple[ListChanges | GraphList, Request, list[Reply]]:
    protocol = GraphList(base_url=BASE, site_id="s", list_id="l")
    return protocol, protocol.first(), [COLUMNS, ITEMS]


def staged(protocol: ListChanges | GraphList, request: Request, bodies: list[Reply], stage: ListStage) -> None:
    """The chain as a run reads it; what is left of the answers when it ends early is not read."""
    following: Request | None = request
    with stage:
        for reply in bodies:
            if following is None:
                break
            read: Page = protocol.read(answer(reply, following))
            if read.schema:
                stage.learn(read.schema)
            stage.add(read.items, read.received_at, gone=read.gone)
            following = read.next


@pytest.mark.parametrize("of", [sharepoint, graph])
def test_spoiled_answers_are_staged_set_aside_or_refused(
    tmp_path: Path, of: Callable[[], tuple[ListChanges | GraphList, Request, list[Reply]]]
) -> None:
    """G5."""
    protocol, request, replies = of()
    luck, ends, number = random.Random(of.__name__), {"staged": 0, "set aside": 0, "refused": 0}, 0
    until = time.monotonic() + SECONDS
    while time.monotonic() < until or number < ENOUGH:
        number += 1
        spoiled = list(replies)
        at = luck.choice((0, 1, 1))
        spoiled[at] = Reply(luck.choice((in_bytes, in_values))(luck, replies[at].body))
        stage = RECORDS.stage(LocalStorage(tmp_path), f"{number}")
        begun = time.process_time()
        try:
            staged(protocol, request, spoiled, stage)
        except DriveDeltaError:
            ends["refused"] += 1
        else:
            ends["set aside" if len(stage.quarantine) else "staged"] += 1
            for batch in rows_of(stage).batches():
                batch.validate(full=True)
                assert None not in batch["_item_key"].to_pylist()
        assert time.process_time() - begun < 5
        (tmp_path / f"{number}").unlink(missing_ok=True)
    assert all(ends.values()), ends


WIDE = [{"LookupId": 1, "LookupValue": "x"}] * 1000
HUGE = {
    "deep": b'{"value": ' + b"[" * 200_000,
    "wide": page(*({**ITEM, "fields": {"L": WIDE}} for _ in range(50)), deltaLink=f"{BASE}/d").body,
    "many": page(*({"id": str(number)} for number in range(20_000)), deltaLink=f"{BASE}/d").body,
    "odd": page(*range(20_000), deltaLink=f"{BASE}/d").body,
    "parts": listed(*(row(ID=str(number), Parts="1;#a;#" * 500 + "1;#b") for number in range(200))),
    "names": listed(*(row(ID=str(number), **{f"x{number}": "1"}) for number in range(1000))),
    "changes": listed(inside='<Id ChangeType="Delete">7</Id>' * 20_000),
}


@pytest.mark.parametrize("name", HUGE)
def test_a_large_answer_costs_time_and_memory_by_its_size(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    """G5: and a row has a cell for every name of its page, of which there are at most twenty millions."""
    caplog.set_level("ERROR")  # or the test's own record of what is logged is what costs
    body = HUGE[name]
    protocol, request, (first, _) = graph() if body.startswith(b"{") else sharepoint()
    begun = time.process_time()
    tracemalloc.start()
    try:
        staged(protocol, request, [first, Reply(body)], RECORDS.stage(LocalStorage(tmp_path), "x"))
    except DriveDeltaError as refused:
        told = str(refused)
    else:
        told = ""
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(told) < 1000
    assert peak < 100 * len(body) + (16 << 20)
    assert time.process_time() - begun < 30
