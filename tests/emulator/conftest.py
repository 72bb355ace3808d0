"""A client for the emulator's tests, and emulators for it to talk to."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
import requests

from airflow_provider_drivedelta.emulator import Drive, Emulator

DELTA = "/v1.0/me/drive/root/delta"


@dataclass
class Read:
    """A whole enumeration: its items in order, and the links on the way."""

    items: list[dict]
    pages: list[list[dict]]
    delta_link: str

    @property
    def by_id(self) -> dict[str, dict]:
        return {item["id"]: item for item in self.items}

    @property
    def names(self) -> list[str | None]:
        return [item.get("name") for item in self.items]

    @property
    def deleted(self) -> set[str]:
        return {item["id"] for item in self.items if "deleted" in item}


@dataclass
class Client:
    emulator: Emulator
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.headers["Authorization"] = "Bearer a-token"

    def get(self, link: str = DELTA, **options: object) -> requests.Response:
        url = link if link.startswith("http") else self.emulator.url + link
        return self.session.get(url, **options)

    def post(self, lever: str, order: object = None) -> requests.Response:
        return self.session.post(f"{self.emulator.url}/_emulator/{lever}", data=json.dumps(order))

    def read(self, link: str = DELTA, between: Callable[[], object] | None = None, **options: object) -> Read:
        """Follows the links to the end; ``between`` is called once, after the first page."""
        pages: list[list[dict]] = []
        while True:
            answer = self.get(link, **options)
            assert answer.status_code == 200, answer.text
            page = answer.json()
            pages.append(page["value"])
            if between is not None and len(pages) == 1:
                between()
            if "@odata.deltaLink" in page:
                return Read([item for page_items in pages for item in page_items], pages, page["@odata.deltaLink"])
            link = page["@odata.nextLink"]


@pytest.fixture
def drive() -> Drive:
    return Drive("Documents", seed="tests")


@pytest.fixture
def serve() -> Iterator[Callable[..., Client]]:
    """Starts an emulator and gives back a client for it; all are stopped at the end of the test."""
    started: list[Client] = []

    def start(*drives: Drive, **settings: object) -> Client:
        client = Client(Emulator(drives=drives, **settings).__enter__())
        started.append(client)
        return client

    yield start
    for client in started:
        client.session.close()
        client.emulator.stop()
