"""Whatever a service sends: a page, or one of our errors; never a crash, and never a token that it did not give."""

from __future__ import annotations

import json
import random

import pytest

from airflow_provider_drivedelta.core.changes import Request, Token
from airflow_provider_drivedelta.core.errors import DriveDeltaError
from airflow_provider_drivedelta.core.protocols.graph_list import GraphList
from airflow_provider_drivedelta.core.protocols.sharepoint_list import ListChanges
from tests.core.protocols.list_play import LIST, Reply, answer, page, rows, schema, token, told

BASE = "https://contoso.sharepoint.com/sites/team"
SHAREPOINT = ListChanges(site_url=BASE, list_id=LIST, known_fields=["ID", "FileRef", "FSObjType"])
GRAPH = GraphList(base_url=BASE, site_id="s", list_id="l")
CHANGES = told("Delete", 7) + told("Rename", 8) + told("Restore", 9) + told("SystemUpdate", 10)
FOLDER = {"FSObjType": "9;#1", "FileRef": "9;#sites/team/Lists/T/F"}


def sharepoint_requests() -> list[Request]:
    """One of each kind that the chain of an increment sends."""
    since = SHAREPOINT.since(Token(token(1)))
    requests, following = [SHAREPOINT.first(), since], since
    for reply in (rows(9, inside=CHANGES, to=token(2), **FOLDER), rows(to=token(3)), rows()):
        requests.append(following := SHAREPOINT.read(answer(reply, following)).next or following)
    return requests


def graph_requests() -> list[Request]:
    first = GRAPH.first()
    columns = GRAPH.read(answer(page({"name": "Title", "text": {}}), first)).next
    assert columns
    return [first, columns, GRAPH.restart(f"{BASE}/x")]


SEEDS = [
    rows(9, 11, inside=CHANGES, to=token(2), more=True, position="Paged=TRUE&p_ID=9", **FOLDER).body,
    schema("Title", "State").body,
    b'{"odata.error":{"code":"-1, System.FormatException","message":{"lang":"en-US","value":"m"}}}',
    page({"id": "1", "fields": {"Title": "t"}}, {"id": "2", "deleted": {}}, deltaLink=f"{BASE}/d").body,
    page({"name": "Title", "text": {}}, nextLink=f"{BASE}/c").body,
]
PIECES = [
    b"<",
    b'"',
    b"]",
    b"}",
    b"\x00",
    b"\xff",
    b"null",
    b"9" * 40,
    b"&#0;",
    b"<Id/>",
    b'"id":5',
    b";#",
    b"{}",
    b"[]",
]


def mutated(seeds: list[bytes], chance: random.Random) -> bytes:
    body = bytearray(chance.choice(seeds))
    for _ in range(chance.randrange(4)):
        at, length = chance.randrange(len(body)), chance.choice((0, 1, 1, 8, 40))
        body[at : at + length] = chance.choice(PIECES)
    return bytes(body[: chance.choice((len(body), len(body), chance.randrange(len(body) + 1)))])


@pytest.mark.parametrize(
    ("protocol", "requests", "seeds"),
    [(SHAREPOINT, sharepoint_requests(), SEEDS[:3]), (GRAPH, graph_requests(), SEEDS[2:])],
    ids=["sharepoint", "graph"],
)
def test_spoiled_answers_end_as_pages_or_as_our_errors(
    protocol: ListChanges | GraphList, requests: list[Request], seeds: list[bytes]
) -> None:
    chance, pages = random.Random(20261121), 0
    for _ in range(6000):
        reply = Reply(mutated(seeds, chance), chance.choice((200, 200, 200, 400, 404, 410, 500)))
        try:
            read = protocol.read(answer(reply, chance.choice(requests)))
        except DriveDeltaError:
            continue
        pages += 1
        assert all(isinstance(number, str) for number in read.gone)
        assert read.next is None or json.loads(read.next.note or "{}") is not None
    assert pages > 200
