"""Both older protocols, pulled from the emulator: what is read is the drive, at personal and business addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest

from airflow_provider_drivedelta.core.auth import BearerToken
from airflow_provider_drivedelta.core.capture import DriveCapture, capture_drive, reconcile_drive
from airflow_provider_drivedelta.core.errors import BrokenFeed, FixSetup
from airflow_provider_drivedelta.core.reconcile import Reconciled
from airflow_provider_drivedelta.core.sources import Drive as Source
from airflow_provider_drivedelta.core.summary import Summary
from airflow_provider_drivedelta.core.transport import Transport
from airflow_provider_drivedelta.emulator import Drive, Emulator, Flavour
from airflow_provider_drivedelta.reading import read_changes, read_current
from tests.core.played import patient

Answer = TypeVar("Answer")


@dataclass
class Followed:
    """A drive of the emulator, followed by one protocol at one address."""

    emulator: Emulator
    output: Path
    protocol: str
    base: str
    source: str = ""
    sleeps: list[float] = field(default_factory=list)

    @property
    def drive(self) -> Drive:
        return self.emulator.drive

    def pull(self, **options: object) -> Summary:
        return self._ask(capture_drive, options)

    def reconcile(self, **options: object) -> Reconciled:
        return self._ask(reconcile_drive, options)

    def _ask(self, call: Callable[..., Answer], options: dict[str, object]) -> Answer:
        source = Source.parse(self.source or f"drives/{self.drive.id}")
        capture = DriveCapture(source=source, output=str(self.output), protocol=self.protocol, **options)
        address = self.emulator.url + self.base
        auth = BearerToken("r3ady")
        with Transport(auth=auth, base_url=address, policy=patient(), sleep=self.sleeps.append) as transport:
            return call(capture, base_url=address, transport=transport)

    def current(self) -> dict[str, dict[str, object]]:
        """What the lake says there is, by path."""
        return {row["path"]: row for row in read_current(str(self.output)).read_all().to_pylist()}

    def told(self, after: int) -> list[tuple[str, str]]:
        rows = read_changes(str(self.output), after=after).read_all().to_pylist()
        return sorted((row["_op"], row["path"]) for row in rows)

    def is_in_step(self) -> bool:
        kept = {(row["path"], row["id"], row["etag"], row["size"]) for row in self.current().values()}
        return kept == {(row["path"], row["id"], row["etag"], row["size"]) for row in self.emulator.tree()}


def a_drive(flavour: Flavour) -> Drive:
    drive = Drive("Documents", flavour=flavour, seed="older")
    reports = drive.create_folder("Réports #1 50%")
    year = drive.create_folder("2026", reports.id)
    for name in ("a.txt", "b.txt", "c.txt"):
        drive.create_file(name, name.encode(), reports.id)
    drive.create_file("deep.png", b"png", year.id)
    return drive


@pytest.fixture(params=["view.delta", "view.changes"])
def protocol(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["/v1.0", "/personal/ada_contoso_com/_API/v2.0"])
def followed(request: pytest.FixtureRequest, protocol: str, tmp_path: Path) -> Iterator[Followed]:
    flavour = Flavour.PERSONAL if request.param == "/v1.0" else Flavour.BUSINESS
    with Emulator(drives=[a_drive(flavour)], page_size=2) as emulator:
        yield Followed(emulator, tmp_path / "lake", protocol, request.param)


@pytest.fixture
def personal(protocol: str, tmp_path: Path) -> Iterator[Followed]:
    with Emulator(drives=[a_drive(Flavour.PERSONAL)], page_size=2) as emulator:
        yield Followed(emulator, tmp_path / "lake", protocol, "/v1.0")


REPORTS = "/Réports #1 50%"


class TestADrive:
    def test_a_first_read_is_the_drive(self, followed: Followed) -> None:
        """A3."""
        summary = followed.pull()
        assert (summary.kind, summary.protocol, summary.inserted) == ("initial", followed.protocol, 6)
        assert summary.pages > 3
        assert followed.is_in_step()

    def test_an_increment_is_what_happened(self, followed: Followed) -> None:
        """D1, D2, C1: a business delete has no name."""
        followed.pull()
        drive = followed.drive
        drive.delete(drive.find(f"{REPORTS}/a.txt").id)
        drive.edit(drive.find(f"{REPORTS}/b.txt").id, b"longer than before")
        drive.rename(drive.find(f"{REPORTS}/2026").id, "2027")
        drive.create_file("new.txt", b"", drive.root_id)
        summary = followed.pull()
        assert (summary.kind, summary.cascaded) == ("incremental", 1)
        assert followed.told(after=1) == [
            ("delete", f"{REPORTS}/a.txt"),
            ("insert", "/new.txt"),
            ("update", f"{REPORTS}/2027"),
            ("update", f"{REPORTS}/2027/deep.png"),
            ("update", f"{REPORTS}/b.txt"),
        ]
        assert followed.is_in_step()

    def test_a_quiet_run_is_one_request(self, followed: Followed) -> None:
        """A5."""
        followed.pull()
        followed.emulator.clear_requests()
        assert (followed.pull().kind, len(followed.emulator.requests)) == ("quiet", 1)

    @pytest.mark.parametrize(("flavour", "counts"), [("apply", (1, 0)), ("upload", (0, 1))])
    def test_a_dead_token_is_made_up_for(self, followed: Followed, flavour: str, counts: tuple[int, int]) -> None:
        """B1, B2, B4, B5, B7."""
        followed.pull()
        drive = followed.drive
        drive.delete(drive.find(f"{REPORTS}/a.txt").id)
        drive.create_file("new.txt")
        followed.emulator.expire(flavour=flavour)
        summary = followed.pull()
        assert (summary.kind, summary.inserted) == ("resync", 1)
        assert (summary.deleted, summary.missing) == counts
        assert followed.pull().kind == "quiet"

    def test_latest_captures_what_comes(self, followed: Followed) -> None:
        assert followed.pull(start="latest").rows == 0
        followed.drive.create_file("new.txt")
        assert (followed.pull().inserted, followed.told(after=1)) == (1, [("insert", "/new.txt")])

    def test_one_folder_of_it_can_be_told_of(self, followed: Followed) -> None:
        followed.pull(folder=f"{REPORTS}/2026")
        assert list(followed.current()) == [f"{REPORTS}/2026/deep.png"]
        drive = followed.drive
        drive.move(drive.find(f"{REPORTS}/a.txt").id, drive.find(f"{REPORTS}/2026").id)
        followed.pull(folder=f"{REPORTS}/2026")
        assert followed.told(after=1) == [("insert", f"{REPORTS}/2026/a.txt")]

    def test_a_folder_that_comes_back_brings_what_is_in_it(self, followed: Followed) -> None:
        """C3."""
        drive = followed.drive
        followed.pull()
        folder = drive.find(REPORTS)
        drive.delete(folder.id)
        assert followed.pull().deleted == 6
        drive.withhold_descendant_tombstones = True
        drive.restore(folder.id)
        assert followed.pull().inserted == 6
        assert followed.is_in_step()

    def test_a_reconcile_finds_nothing_amiss(self, followed: Followed) -> None:
        followed.pull()
        assert followed.reconcile().verdict == "in_sync"

    def test_the_signed_in_users_drive_is_the_same_feed(self, followed: Followed) -> None:
        feed = followed.pull().feed
        followed.source = "me"
        assert followed.pull().feed == feed

    def test_no_download_link_is_ever_kept(self, followed: Followed) -> None:
        followed.pull()
        written = b"".join(path.read_bytes() for path in followed.output.rglob("*") if path.is_file())
        assert b"tempauth" not in written
        assert {row["extra"] for row in followed.current().values()} <= {None, '{"isAuthoritative":false}'}

    def test_links_that_loop_are_left(self, followed: Followed) -> None:
        """odapi#1431."""
        followed.emulator.faults([{"match": {"path": "view", "times": 0}, "page": {"links": "loop"}}])
        with pytest.raises(BrokenFeed, match="circle"):
            followed.pull()

    def test_a_link_to_another_host_is_not_followed(self, followed: Followed) -> None:
        """F4."""
        followed.emulator.faults([{"match": {"path": "view."}, "page": {"links": "https://elsewhere.example"}}])
        with pytest.raises(BrokenFeed, match="another host"):
            followed.pull()


def test_a_change_of_protocol_is_a_decision(followed: Followed) -> None:
    """The drive is the same and so is the feed; the token is not."""
    followed.pull()
    followed.protocol = {"view.delta": "view.changes", "view.changes": "view.delta"}[followed.protocol]
    with pytest.raises(FixSetup, match="full_reload"):
        followed.pull()
    summary = followed.pull(full_reload=True)
    assert (summary.kind, summary.rows) == ("reload", 0)


class TestAFolderOfItsOwn:
    """D3: personal ids come in either case."""

    def test_it_is_the_root_of_its_feed(self, personal: Followed) -> None:
        folder = personal.drive.find(REPORTS)
        personal.source = f"drives/{personal.drive.id}/items/{folder.id.lower()}"
        summary = personal.pull()
        assert sorted(personal.current()) == ["/2026", "/2026/deep.png", "/a.txt", "/b.txt", "/c.txt"]
        assert summary.source == personal.source
        personal.drive.rename(folder.id, "Berichte")
        personal.drive.rename(personal.drive.find("/Berichte/2026").id, "2027")
        personal.drive.create_file("elsewhere.txt")
        personal.pull()
        assert personal.told(after=1) == [("update", "/2027"), ("update", "/2027/deep.png")]
        assert personal.pull().kind == "quiet"

    def test_it_is_another_feed_than_its_drive(self, personal: Followed) -> None:
        whole = personal.pull().feed
        personal.source = f"drives/{personal.drive.id}/items/{personal.drive.find(REPORTS).id}"
        assert personal.pull().feed != whole

    @pytest.mark.parametrize("source", ["me/root:{path}:", "drives/{drive}/root:{path}:"])
    def test_a_path_is_the_folder_that_lies_there(self, personal: Followed, source: str) -> None:
        personal.source = f"drives/{personal.drive.id}/items/{personal.drive.find(REPORTS).id}"
        by_id = personal.pull().feed
        personal.source = source.format(drive=personal.drive.id, path=REPORTS)
        assert personal.pull().feed == by_id

    def test_what_leaves_it_is_deleted_there(self, personal: Followed) -> None:
        personal.source = f"me/items/{personal.drive.find(REPORTS).id}"
        personal.pull()
        personal.drive.move(personal.drive.find(f"{REPORTS}/a.txt").id, None)
        personal.pull()
        assert personal.told(after=1) == [("delete", "/a.txt")]

    def test_when_it_is_deleted_a_person_must_know(self, personal: Followed) -> None:
        folder = personal.drive.find(REPORTS)
        personal.source = f"me/items/{folder.id}"
        personal.pull()
        personal.drive.delete(folder.id)
        with pytest.raises(FixSetup, match="no such drive or folder"):
            personal.pull()
        personal.drive.restore(folder.id)
        assert personal.pull().kind in ("quiet", "incremental")
        assert len(personal.current()) == 5

    @pytest.mark.parametrize("flavour", ["apply", "upload"])
    def test_its_token_dies_like_any_other(self, personal: Followed, flavour: str) -> None:
        personal.source = f"me/items/{personal.drive.find(REPORTS).id}"
        personal.pull()
        personal.drive.create_file("new.txt", b"", personal.drive.find(REPORTS).id)
        personal.emulator.expire(flavour=flavour)
        assert (personal.pull().kind, personal.told(after=1)) == ("resync", [("insert", "/new.txt")])

    def test_graph_has_such_a_feed_as_well(self, personal: Followed) -> None:
        personal.protocol, personal.source = "graph", f"me/items/{personal.drive.find(REPORTS).id}"
        personal.pull()
        assert sorted(personal.current()) == ["/2026", "/2026/deep.png", "/a.txt", "/b.txt", "/c.txt"]
        assert personal.pull().kind == "quiet"

    @pytest.mark.parametrize("path", ["/Nowhere", "/Réports #1 50%/a.txt"])
    def test_no_folder_at_the_path_is_ours_to_mend(self, personal: Followed, path: str) -> None:
        personal.source = f"me/root:{path}:"
        with pytest.raises(FixSetup, match="no folder at this path"):
            personal.pull()

    def test_a_folder_of_a_folder_is_one_too_many(self, personal: Followed) -> None:
        personal.source = "me/items/1"
        with pytest.raises(FixSetup, match="is a folder already"):
            personal.pull(folder="/2026")
        assert personal.emulator.requests == []

    def test_one_shared_by_somebody_is_followed_on_its_own_drive(self, protocol: str, tmp_path: Path) -> None:
        own, theirs = Drive("Own", flavour=Flavour.PERSONAL), a_drive(Flavour.PERSONAL)
        shared = theirs.find(REPORTS)
        remote = {"id": shared.id, "folder": {}, "parentReference": {"driveId": theirs.id}}
        pointer = own.create_folder("Shared with me")
        own.set_facets(pointer.id, {"remoteItem": remote})
        with Emulator(drives=[own, theirs]) as emulator:
            followed = Followed(emulator, tmp_path / "lake", protocol, "/v1.0", source="me/root:/Shared with me:")
            assert followed.pull().source == f"drives/{theirs.id}/items/{shared.id}"
            assert "/2026/deep.png" in followed.current()
            followed.source = f"me/items/{pointer.id}"
            with pytest.raises(FixSetup, match=f"Follow drives/{theirs.id}/items/{shared.id}"):
                followed.pull()


@pytest.mark.parametrize("protocol", ["graph", "view.delta", "view.changes"])
def test_a_business_drive_has_no_feed_of_a_folder_and_the_drive_is_named(tmp_path: Path, protocol: str) -> None:
    with Emulator(drives=[a_drive(Flavour.BUSINESS)]) as emulator:
        base = "/v1.0" if protocol == "graph" else "/_api/v2.0"
        followed = Followed(emulator, tmp_path / "lake", protocol, base)
        folder = emulator.drive.find(REPORTS)
        for followed.source in (f"drives/{emulator.drive.id}/items/{folder.id}", f"me/root:{REPORTS}:"):
            with pytest.raises(
                FixSetup, match=f"Follow its drive, drives/{emulator.drive.id}, with folder='{folder.id}'"
            ):
                followed.pull()


@pytest.mark.parametrize("source", ["users/ann@contoso.com", "groups/1", "sites/root"])
def test_drives_are_not_found_by_owners_that_graph_alone_knows(personal: Followed, source: str) -> None:
    personal.source = source
    with pytest.raises(FixSetup, match=r"does not find drives by their (user|group|site)"):
        personal.pull()
    assert personal.emulator.requests == []
