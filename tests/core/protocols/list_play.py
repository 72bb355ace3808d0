"""Plays answers to a list protocol, one a request, and keeps what it asked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

from airflow_provider_drivedelta.core.changes import Answer, Page, Request
from airflow_provider_drivedelta.core.lists.raw_rows import RawRows
from airflow_provider_drivedelta.core.lists.row_facts import ids_of
from airflow_provider_drivedelta.core.protocols.graph_list import GraphList
from airflow_provider_drivedelta.core.protocols.sharepoint_list import ListChanges
from tests.core.lists import answers

NOW = datetime(2026, 11, 21, tzinfo=UTC)
LIST = "79cc20e6-adda-438e-8a96-792041b33168"
_EPOCH = datetime(1, 1, 1, tzinfo=UTC)


def token(number: int = 1, *, age: timedelta = timedelta(hours=1)) -> str:
    return f"1;3;{LIST};{(NOW - age - _EPOCH) // timedelta(microseconds=1) * 10};{number}"


@dataclass(frozen=True)
class Reply:
    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def rows(*ids: int, inside: str = "", to: str = "", more: bool = False, position: str = "", **values: str) -> Reply:
    """An answer of SharePoint's with rows of these numbers; `to` is its token."""
    changes = {"LastChangeToken": to or token(99)} | ({"MoreChanges": "TRUE"} if more else {})
    data = {"ListItemCollectionPositionNext": position} if position else {}
    made = [answers.row(ID=str(number), Title=f"t{number}", **values) for number in ids]
    return Reply(answers.answer(*made, inside=inside, changes=changes, data=data))


def schema(*fields: str, to: str = "") -> Reply:
    """What is asked first: the list's description beside one row."""
    inside = "".join(f'<Field Name="{name}" DisplayName="{name}" Type="Text"/>' for name in ("ID", *fields))
    described = f'<List ID="{{{LIST}}}" Title="T"><Fields>{inside}</Fields></List>'
    return rows(1, inside=described, to=to)


def told(change: str, number: object = "") -> str:
    return f'<Id ChangeType="{change}">{number}</Id>'


def page(*items: object, **links: object) -> Reply:
    return Reply(
        json.dumps({"value": list(items), **{f"@odata.{name}": link for name, link in links.items()}}).encode()
    )


def answer(reply: Reply, request: Request) -> Answer:
    return Answer(reply.status, reply.headers, reply.body, NOW, f"{request.method} list", request.note)


@dataclass
class Played:
    pages: list[Page] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    @property
    def ids(self) -> list[object]:
        """Per page, what came and what is said to be gone."""
        return [[*_ids(page), *(f"-{number}" for number in page.gone)] for page in self.pages]

    @property
    def token(self) -> str | None:
        return self.pages[-1].token

    @property
    def asked(self) -> list[dict[str, str]]:
        """The properties of each request's query."""
        return [json.loads(request.body or b"{}")["query"] for request in self.requests]

    def options(self, number: int) -> ElementTree.Element:
        return ElementTree.fromstring(self.asked[number]["QueryOptions"])


def play(protocol: ListChanges | GraphList, request: Request, *replies: Reply) -> Played:
    """Follows the chain to its token; it must need all the answers and no more."""
    played, left = Played(), iter(replies)
    following: Request | None = request
    while following is not None:
        played.requests.append(following)
        played.pages.append(protocol.read(answer(_next(left, following), following)))
        following = played.pages[-1].next
    assert not list(left), "more answers than requests"
    return played


def _next(left: Iterator[Reply], request: Request) -> Reply:
    reply = next(left, None)
    assert reply is not None, f"unexpected: {request}"
    return reply


def _ids(page: Page) -> list[object]:
    if isinstance(page.items, RawRows):
        return list(ids_of(page.items))
    return [item.get("id") for item in page.items]  # type: ignore[attr-defined]
