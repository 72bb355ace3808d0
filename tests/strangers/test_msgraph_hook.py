"""Airflow's own hook for Graph, on kiota and httpx, pages a delta under Microsoft's own name."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from airflow_provider_drivedelta.emulator import Drive
from tests.strangers.conftest import CLIENT, SECRET, TENANT, Microsoft

# In a process of its own: what it signs in with decides whom to trust when it is imported, once and for all.
HOOK = """
import asyncio, json, os, sys
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
from airflow.providers.microsoft.azure.hooks.msgraph import KiotaRequestAdapterHook

async def follow(hook, place):
    pages = [await hook.run(place)]
    while "@odata.nextLink" in pages[-1]:
        pages.append(await hook.run(pages[-1]["@odata.nextLink"]))
    return pages

async def converse():
    hook = KiotaRequestAdapterHook(conn_id="graph")
    for place in sys.stdin:
        try:
            answer = {"pages": await follow(hook, json.loads(place))}
        except Exception as error:
            answer = {"error": repr(error)}
        print(json.dumps(answer), file=answers, flush=True)
    await hook.close()

asyncio.run(converse())
"""
_PATIENCE = 90.0  # seconds for a conversation, imports included


@dataclass(frozen=True)
class Hook:
    process: subprocess.Popen[str]

    def ask(self, place: str) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(place) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, "the hook's process has ended"
        told: dict[str, Any] = json.loads(answer)
        return told

    def read(self, place: str) -> list[dict[str, Any]]:
        """All pages from there on."""
        told = self.ask(place)
        assert "pages" in told, told
        return list(told["pages"])


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Microsoft], Hook]]:
    with ExitStack() as running:

        def start(served: Microsoft) -> Hook:
            extra = {"tenant_id": TENANT, "proxies": {"https": served.redirector.url}}  # of the environment's, none
            connection = {"conn_type": "msgraph", "login": CLIENT, "password": SECRET, "extra": extra}
            monkeypatch.setenv("AIRFLOW_CONN_GRAPH", json.dumps({**connection, "host": "https://graph.microsoft.com"}))
            return Hook(running.enter_context(child()))

        yield start


@contextmanager
def child() -> Iterator[subprocess.Popen[str]]:
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", HOOK], stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True
    ) as process:
        watch = threading.Timer(_PATIENCE, process.kill)
        watch.start()
        try:
            yield process
        finally:
            watch.cancel()
            process.kill()


@pytest.fixture
def drive() -> Drive:
    drive = Drive("Documents", seed="hook")
    for number in range(25):
        drive.create_file(f"{number}.txt", b"")
    return drive


def test_it_pages_a_drive_and_a_list_and_goes_on_until_its_link_is_too_old(microsoft, drive, signed_in) -> None:
    """In one conversation, since its imports alone take seconds."""
    served = microsoft(drive, page_size=20)
    hook = signed_in(served)
    first = hook.read(f"drives/{drive.id}/root/delta")
    assert [len(page["value"]) for page in first] == [20, 6]
    assert names(first) == ["root", *(f"{number}.txt" for number in range(25))]
    drive.rename(drive.find("/7.txt").id, "renamed.txt")
    after = hook.read(first[-1]["@odata.deltaLink"])
    assert names(after) == ["root", "renamed.txt"]

    projects = served.emulator.site.list("Projects")
    # By its path: kiota's templates lose the commas of a site's id.
    listed = hook.read(f"sites/contoso.sharepoint.com:/sites/team:/lists/{projects.id}/items/delta")
    assert [len(page["value"]) for page in listed] == [20, 19]
    projects.delete(3)
    gone = hook.read(listed[-1]["@odata.deltaLink"])
    assert [(item["id"], item["deleted"]) for page in gone for item in page["value"]] == [("3", {"state": "deleted"})]

    served.emulator.expire()
    assert "resync" in hook.ask(after[-1]["@odata.deltaLink"])["error"]
    assert served.hosts == {"login.microsoftonline.com", "graph.microsoft.com"}


def names(pages: list[dict[str, Any]]) -> list[str]:
    return [item.get("name", "") for page in pages for item in page["value"]]
