"""A drive followed into each object store, as on local disk: first read, increment, resync, reconcile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from airflow_provider_drivedelta.core.auth import BearerToken
from airflow_provider_drivedelta.core.capture import DriveCapture, capture_drive, reconcile_drive
from airflow_provider_drivedelta.core.capture_list import ListCapture, capture_list
from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.lake.feeds import feeds_below
from airflow_provider_drivedelta.core.lake.output import Output, open_output
from airflow_provider_drivedelta.core.lake.vacuum import vacuum
from airflow_provider_drivedelta.core.reconcile import Reconciled
from airflow_provider_drivedelta.core.sources import Drive
from airflow_provider_drivedelta.core.summary import Summary
from airflow_provider_drivedelta.core.transport import Transport
from airflow_provider_drivedelta.emulator import Drive as EmulatedDrive
from airflow_provider_drivedelta.emulator import Emulator
from airflow_provider_drivedelta.reading import read_changes, read_current, write_snapshot
from tests.core.protocols.followed_list import followed
from tests.servers.stores import StoreServer

VOLATILE = ("_feed", "_captured_at")


class Library:
    """A drive that is followed into several outputs at once."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator, self.drive = emulator, emulator.drive

    def pull(self, output: str | Output, **options: object) -> Summary:
        base_url = f"{self.emulator.url}/v1.0"
        with Transport(auth=BearerToken("token"), base_url=base_url) as transport:
            return capture_drive(self._capture(output, options), base_url=base_url, transport=transport)

    def reconcile(self, output: str | Output) -> Reconciled:
        base_url = f"{self.emulator.url}/v1.0"
        with Transport(auth=BearerToken("token"), base_url=base_url) as transport:
            return reconcile_drive(self._capture(output, {}), base_url=base_url, transport=transport)

    def _capture(self, output: str | Output, options: dict[str, object]) -> DriveCapture:
        source = Drive.parse(f"drives/{self.drive.id}")
        return DriveCapture(source=source, output=output, **options)  # type: ignore[arg-type]


@pytest.fixture
def library() -> Iterator[Library]:
    drive = EmulatedDrive("Documents", seed="stores")
    reports = drive.create_folder("Reports")
    for number in range(150):
        drive.create_file(f"{number:03d}.txt", b"content", reports.id)
    with Emulator(drives=[drive]) as emulator:
        yield Library(emulator)


def comparable(table: pa.Table) -> list[dict[str, object]]:
    rows = table.drop_columns([name for name in VOLATILE if name in table.column_names]).to_pylist()
    return sorted(rows, key=lambda row: (row["_increment"], row.get("_sequence", 0), row["id"]))


def test_what_is_written_there_is_what_is_written_on_disk(
    library: Library, server: StoreServer, tmp_path: Path
) -> None:
    there, here = server.output(), str(tmp_path / "lake")
    drive, kinds = library.drive, []

    def pull() -> None:
        kinds.append({library.pull(output).kind for output in (there, here)})

    pull()
    drive.edit(drive.find("/Reports/001.txt").id, b"other content")
    drive.delete(drive.find("/Reports/002.txt").id)
    drive.rename(drive.find("/Reports").id, "Papers")
    pull()
    pull()
    drive.create_file("late.txt", b"late", drive.find("/Papers").id)
    library.emulator.expire()
    pull()
    assert kinds == [{"initial"}, {"incremental"}, {"quiet"}, {"resync"}]
    assert [library.reconcile(output).verdict for output in (there, here)] == ["in_sync", "in_sync"]

    ours = read_changes(there).read_all()
    assert comparable(ours) == comparable(read_changes(here).read_all())
    assert comparable(read_current(there).read_all()) == comparable(read_current(here).read_all())
    assert "/Papers/late.txt" in ours["path"].to_pylist()
    assert [number for _, commits in feeds_below(there) for number in (commit.increment for commit in commits)] == [
        1,
        2,
        3,
    ]


def test_a_glob_finds_what_was_committed_and_nothing_else(library: Library, server: StoreServer) -> None:
    """What engines read that know nothing of us."""
    output = server.output()
    library.pull(output)
    root = f"{output.address.partition('://')[2]}/"
    files = server.filesystem().find(root)
    changes = [file for file in files if "/changes/" in file]
    with server.filesystem().open(changes[0]) as file:
        assert pq.read_table(file).num_rows == len(read_changes(output).read_all())
    assert not [file for file in files if "/staging/" in file]


def test_a_read_that_waits_for_a_confirmation_is_kept_there(library: Library, server: StoreServer) -> None:
    output = server.output()
    library.pull(output)
    for number in range(120):
        library.drive.delete(library.drive.find(f"/Reports/{number:03d}.txt").id)
    library.emulator.expire()
    with pytest.raises(FixSetup, match="would delete 120 of") as refused:
        library.pull(output)
    library.emulator.clear_requests()
    confirmation = str(refused.value).partition("confirm_deletes='")[2][:8]
    assert library.pull(output, confirm_deletes=confirmation).deleted == 120
    assert not [request for request in library.emulator.requests if "delta" in request.path]


def test_the_token_is_kept_beside_the_data(library: Library, server: StoreServer) -> None:
    output = server.output()
    summary = library.pull(output)
    assert summary.path.startswith(f"{output.address}/drive-")
    (feed,) = open_output(output).names("")
    assert open_output(output).below(feed).exists("_drivedelta/token.json")


def test_a_dry_run_writes_nothing(library: Library, server: StoreServer) -> None:
    output = server.output()
    assert library.pull(output, dry_run=True).inserted == 151
    assert open_output(output).names("") == []


def test_old_change_files_are_vacuumed_there(library: Library, server: StoreServer) -> None:
    output = server.output()
    library.pull(output)
    library.drive.edit(library.drive.find("/Reports/001.txt").id, b"other content")
    library.pull(output)
    (feed,) = open_output(output).names("")
    storage, tomorrow = open_output(output).below(feed), datetime.now(UTC) + timedelta(days=1)

    gone = vacuum(storage, keep=timedelta(hours=1), now=tomorrow, by="test")

    assert (gone.increments, gone.files) == (1, 1)
    with pytest.raises(FixSetup, match="after=1"):
        read_changes(output)
    assert read_changes(output, after=1).read_all()["name"].to_pylist() == ["001.txt"]
    assert len(read_current(output).read_all()) == 151


def test_a_list_goes_there_as_well(server: StoreServer) -> None:
    output = server.output()
    with followed("sharepoint") as feed:
        base = feed.protocol.site_url  # type: ignore[union-attr]
        capture = ListCapture(site=base, list="Tasks", output=output)

        def pull() -> Summary:
            return capture_list(capture, base_url=base, transport=feed.transport)

        first, second = (feed.list.add({"Title": title}).id for title in ("one", "two"))
        assert pull().inserted == 2
        feed.list.edit(first, {"Title": "uno"})
        feed.list.delete(second)
        told = pull()

    assert (told.kind, told.updated, told.deleted) == ("incremental", 1, 1)
    assert read_current(output).read_all()["title"].to_pylist() == ["uno"]


def test_a_snapshot_can_go_there(library: Library, server: StoreServer) -> None:
    output = server.output()
    library.pull(output)
    target = f"{output.address}/out/current.parquet"
    written = write_snapshot(output, target, storage_options=server.options)
    assert (written.path, written.rows) == (target, 151)
    with server.filesystem().open(target) as file:
        assert pq.read_table(file).num_rows == 151
