"""The drives that the DAGs follow, what their owners do to them, and what the lake holds of them then."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from airflow_provider_drivedelta.core.lake.commits import Commit
from airflow_provider_drivedelta.core.lake.feeds import feeds_below
from airflow_provider_drivedelta.emulator import Account, ClientRules, Directory, Drive, Emulator, Fault, SignInRules
from airflow_provider_drivedelta.emulator.faults.plan import Match, Reply, Transfer
from tests.model.reader import Reader

APP, SECRET, TENANT = "app", "n0t-a-real-secret", "contoso.com"
CLOSED = "closed"
SITES = ("north", "east", "south", "west")
OWNERS = (
    *("crowded", "queued", "replayed", "published", "reader", "killed_late", "killed_early", "throttled"),
    *("one", "two", *SITES, "watched", "sensed"),
)


@dataclass(frozen=True, slots=True)
class Followed:
    """One drive, and the place of its feed in the lake."""

    drive: Drive
    emulator: Emulator
    output: Path

    def add(self, name: str) -> None:
        self.drive.create_file(name, name.encode())

    @property
    def pages(self) -> str:
        """What the addresses of its feed's pages look like."""
        return rf"{re.escape(self.drive.id[-16:])}.*/delta"

    @property
    def asked(self) -> int:
        """How many pages were asked for by now."""
        return sum(re.search(self.pages, request.path) is not None for request in self.emulator.requests)

    def be_busy(self, *, seconds: int) -> None:
        """The next page is refused for so long."""
        busy = Reply(status=429, headers={"Retry-After": str(seconds)})
        self.emulator.faults(Fault(match=Match(path=self.pages), reply=busy))

    def be_slow(self, *, seconds: float, nth: int = 1, times: int = 1) -> None:
        """So many pages from the nth on come late."""
        late = Match(path=self.pages, nth=nth, times=times)
        self.emulator.faults(Fault(match=late, transfer=Transfer(delay=seconds)))

    @property
    def feeds(self) -> Sequence[Path]:
        """Its one feed; none as long as nothing was committed."""
        below = feeds_below(self.output) if self.output.exists() else []
        return [Path(feed) for feed, commits in below if commits and commits[0].source.endswith(self.drive.id)]

    @property
    def feed(self) -> Path:
        (folder,) = self.feeds
        return folder

    @property
    def commits(self) -> Sequence[Commit]:
        ((_, commits),) = feeds_below(self.feed)
        return commits

    def check_lake(self) -> None:
        """Nothing lost, nothing twice: a reader folds the drive, and a glob finds what the log names."""
        reader = Reader(self.feed)
        for commit in reader.new_commits():
            reader.read(commit)
        assert {(row["id"], row["path"]) for row in reader.present.values()} == {
            (item["id"], item["path"]) for item in self.emulator.tree(self.drive.id)
        }
        named = {file.final for commit in self.commits for file in commit.files}
        assert {str(file.relative_to(self.feed)) for file in self.feed.glob("changes/**/*.parquet")} == named


@dataclass(frozen=True, slots=True)
class Contoso:
    """The tenant, and the lake that everything is captured into."""

    emulator: Emulator
    lake: Path

    def of(self, owner: str, *, output: str = "") -> Followed:
        (drive,) = (drive for drive in self.emulator.drives if drive.name == owner)
        return Followed(drive, self.emulator, self.lake / (output or owner))

    @property
    def connection(self) -> dict[str, object]:
        """What one types into Airflow's form."""
        service = self.emulator.https_url
        given = {"tenant_id": TENANT, "authority": service, "ca_file": self.emulator.ca_file}
        return {"conn_type": "drivedelta", "host": f"{service}/v1.0", "login": APP, "password": SECRET, "extra": given}


@contextmanager
def contoso(lake: Path) -> Iterator[Contoso]:
    """A drive for each owner, of two files in a folder; one of them may not be read."""
    drives = {name: Drive(name, seed=name) for name in (*OWNERS, CLOSED)}
    for drive in drives.values():
        folder = drive.create_folder("Reports")
        for name in ("a.txt", "b.txt"):
            drive.create_file(name, name.encode(), folder.id)
    rules = SignInRules(tenants=frozenset({TENANT}), clients={APP: ClientRules(secrets=frozenset({SECRET}))})
    owners = {f"users/{name}": [drive] for name, drive in drives.items()}
    people = Directory(accounts=[*map(Account, drives), Account("guest")])  # who has no drive
    denied = [drives[CLOSED].id]
    with Emulator(
        drives=list(drives.values()), owners=owners, denied=denied, sign_in=rules, directory=people
    ) as emulator:
        yield Contoso(emulator, lake)
