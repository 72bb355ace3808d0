"""Pytest fixtures for the tests of your own DAGs: a drive or a list on loopback, and the Connection that leads there.

Pytest finds them by itself where the package is installed. The server starts only for a test that names a fixture, and
comes with `airflow-provider-drivedelta[emulator]`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from airflow_provider_drivedelta.emulator import Emulator, SharePointList

CONN_ID = "drivedelta_default"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatedTenant:
    """Microsoft 365 on loopback; `emulator` is the whole of it, with more levers than these."""

    emulator: Emulator

    def expire_tokens(self, *, may_have_lost: bool = False) -> None:
        """Every delta token is refused from now on: the next run has to read everything.

        :param may_have_lost: the service says that it may itself have lost changes, so that what the next read does
            not find need not be deleted.
        """
        self.emulator.expire(flavour="upload" if may_have_lost else "apply")

    def throttle(self, *, requests: int = 1, seconds: int = 1) -> None:
        """Answer the next requests with 429, asking to be left alone for so long."""
        reply = {"status": 429, "headers": {"Retry-After": str(seconds)}}
        self.emulator.faults({"match": {"times": requests}, "reply": reply})

    def fail(self, status: int, *, requests: int = 1) -> None:
        """Answer the next requests with this status, such as 403, 404 or 503."""
        self.emulator.faults({"match": {"times": requests}, "reply": {"status": status}})


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatedDrive(EmulatedTenant):
    """A drive whose content is `folder`: write, rename and delete there, and the next run hears of it."""

    folder: Path

    @property
    def source(self) -> str:
        """What an operator takes as `source`."""
        return f"drives/{self.emulator.drive.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatedList(EmulatedTenant):
    """A SharePoint list with a title, a state and a day, empty at first: `items.add({"Title": "Plan"})`."""

    items: SharePointList

    @property
    def site(self) -> str:
        """What an operator takes as `site`."""
        return f"{self.emulator.url}{self.items.site.path}"

    @property
    def title(self) -> str:
        """What an operator takes as `list`."""
        return self.items.title


@pytest.fixture
def emulated_drive(_emulated_tenant: tuple[Emulator, Path]) -> EmulatedDrive:
    """A drive on loopback that shows a real, empty folder, and the Connection `drivedelta_default` to it."""
    emulator, folder = _emulated_tenant
    return EmulatedDrive(emulator=emulator, folder=folder)


@pytest.fixture
def emulated_list(_emulated_tenant: tuple[Emulator, Path]) -> EmulatedList:
    """A SharePoint list on loopback, and the Connection `drivedelta_default` to it. The drive's tenant, if both are."""
    emulator, _ = _emulated_tenant
    return EmulatedList(emulator=emulator, items=emulator.site.lists[0])


@pytest.fixture
def _emulated_tenant(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Emulator, Path]]:
    from airflow_provider_drivedelta.emulator import Emulator, Field, Site

    site, folder = Site("/sites/team"), tmp_path_factory.mktemp("drive")
    day = Field("Due date", "DateTime", format="DateOnly")
    site.add_list("Tasks", [Field("State", "Choice", choices=("open", "done")), day])
    with Emulator(folder=folder, sites=[site]) as emulator:
        # Over plain http the emulator takes any bearer token: no sign-in is played.
        extra = {"access_token": "any-token-will-do"}
        connection = {"conn_type": "drivedelta", "host": f"{emulator.url}/v1.0", "extra": extra}
        monkeypatch.setenv(f"AIRFLOW_CONN_{CONN_ID.upper()}", json.dumps(connection))
        yield emulator, folder
