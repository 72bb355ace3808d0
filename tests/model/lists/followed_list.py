"""A lake that follows a list run after run, and its reader, who refuses what contradicts what it has."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from hypothesis import currently_in_test_context, note

from airflow_provider_drivedelta.core.auth import BearerToken
from airflow_provider_drivedelta.core.capture_list import ListCapture, capture_list
from airflow_provider_drivedelta.core.lake import log
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage
from airflow_provider_drivedelta.core.lists.columns import field_map
from airflow_provider_drivedelta.core.summary import Summary
from airflow_provider_drivedelta.core.transport import RetryPolicy, Transport
from airflow_provider_drivedelta.emulator import Emulator, Field, Site
from airflow_provider_drivedelta.emulator.lists.item_shelf import Deletion
from airflow_provider_drivedelta.emulator.lists.items import ListItem
from airflow_provider_drivedelta.emulator.lists.sharepoint_list import NoSuchListItem
from airflow_provider_drivedelta.emulator.lists.values import Value
from airflow_provider_drivedelta.reading import read_changes, read_current
from tests.model.lists.changing_list import VALUES, Change, ChangingList, NothingThere

ZONE = "America/Los_Angeles"
MET: Counter[str] = Counter()
"""What the histories of a test session met: a model that meets little proves little."""

Row = Mapping[str, object]
Seen = tuple[object, ...]
"""What a reader sees of an item: its path, title, whether it is a folder, and its values by field."""


class FollowedList(ChangingList):
    """Leaving the block stops the service and removes the lake."""

    def __init__(self, protocol: str) -> None:
        self.site = Site("/sites/team", zone=ZONE)
        # The emulator's Graph does not say of a choice that it takes several.
        super().__init__(self.site, [kind for kind in VALUES if protocol != "graph" or kind != "MultiChoice"])
        self.protocol = protocol
        self.emulator = Emulator(sites=[self.site], page_size=3)
        self.known: dict[object, Row] = {}
        self.ever: set[object] = set()
        self.increment = 0

    def __enter__(self) -> FollowedList:
        self.emulator.__enter__()
        self.output = Path(tempfile.mkdtemp(prefix="drivedelta-model-"))
        return self

    def __exit__(self, *error: object) -> None:
        self.emulator.stop()
        shutil.rmtree(self.output)

    def may_come_back(self, deletion: Deletion) -> bool:
        """Graph tells of a folder that came back, not of what is in it: so only one that readers have heard of."""
        return self.protocol != "graph" or len(deletion.items) == 1 or deletion.top in self.ever

    def run(self, *, reloads: bool = False) -> Summary:
        address = self.emulator.url + self.site.path
        base_url = f"{self.emulator.url}/v1.0" if self.protocol == "graph" else address
        capture = ListCapture(
            site=address,
            list=self.list.id,
            output=str(self.output),
            protocol=self.protocol,
            row_limit=3,
            site_zone=ZONE if self.protocol == "graph" else "",  # Graph does not say it
            full_reload=reloads,
        )
        policy = RetryPolicy(attempts=2)
        with Transport(auth=BearerToken("t"), base_url=base_url, policy=policy, sleep=lambda _: None) as transport:
            return capture_list(capture, base_url=base_url, transport=transport)

    def pull(self, *, reloads: bool = False) -> None:
        """A run tells what happened, and one right after it tells nothing."""
        self._check(self.run(reloads=reloads))
        quiet = self.run()
        assert (quiet.kind, quiet.rows) == ("quiet", 0), f"told twice: {self._new_rows()}"

    def bring_back(self, number: int, meanwhile: Sequence[Change]) -> None:
        """A folder goes and comes back, and a run was told each time."""
        with suppress(NoSuchListItem, NothingThere, ValueError):
            folder = self.list.delete(self.any_item(number, folder=True)).id
            self.pull()
            self.change(meanwhile)
            self.list.restore(folder)
            self.pull()

    def _check(self, summary: Summary) -> None:
        rows = self._new_rows()
        told = [(row["_op"], row["_cause"], row["_aspects"], row["id"], row["file_path"]) for row in rows]
        if currently_in_test_context():
            note(f"{summary.kind}: {told}")
        MET.update([summary.kind, *(f"{row['_op']} {row['_cause']}" for row in rows)])
        ops = Counter(row["_op"] for row in rows)
        assert (summary.inserted, summary.updated, summary.deleted) == (ops["insert"], ops["update"], ops["delete"])
        assert (summary.stranded, summary.quarantined, summary.rows) == (0, 0, len(rows))
        assert len({row["id"] for row in rows}) == len(rows), "an item has two records in one increment"
        for row in rows:
            self._fold(row)
        truth = {item.id: self._of_item(item) for item in self.list.walk()}
        present = [row for row in self.known.values() if row["_missing_since"] is None]
        _same(self._of_rows(present), truth, "the folded rows and the list")
        current = read_current(self.output, include_missing=False).read_all().to_pylist()
        _same(self._of_rows(current), truth, "the current items and the list")

    def _new_rows(self) -> list[Row]:
        rows = read_changes(self.output, after=self.increment).read_all().to_pylist()
        self.increment = max([self.increment, *(row["_increment"] for row in rows)])
        return rows

    def _fold(self, row: Row) -> None:
        before = self.known.get(row["id"])
        assert (before is None) == (row["_op"] == "insert"), f"{row['_op']} of {row['file_path']}: had {before}"
        if before is None:
            assert row["_previous"] is None
        else:
            had = {name: before[name] for name in ("file_path", "title", "etag", "unique_id", "is_folder")}
            assert {name: row["_previous"][name] for name in had} == had, "the before-image is not what the reader had"
            assert row["_op"] == "delete" or _differs(row, before), f"an update without a change: {row}"
        if row["_op"] == "delete":
            assert row["file_path"] == before["file_path"]
            del self.known[row["id"]]
        else:
            self.known[row["id"]] = row
            self.ever.add(row["id"])

    def _of_rows(self, rows: list[Row]) -> dict[object, Seen]:
        columns = self._columns()
        return {
            row["id"]: (
                *(row[name] for name in ("file_path", "is_folder")),
                row["title"] or "",
                {own.name: row.get(columns[own.name]) for own in self.fields},
            )
            for row in rows
        }

    def _columns(self) -> dict[str, str]:
        """The column of each field that the list has now."""
        storage = LocalStorage(next(self.output.iterdir()))
        kept = log.read(storage, log.numbers(storage)[-1]).list_fields
        return {name: column.name for name, column in field_map(kept).live.items()}

    def _of_item(self, item: ListItem) -> Seen:
        values = {own.name: _read(own, item.values.get(own.name)) for own in self.fields}
        return self.list.item_path(item), item.is_folder, item.title, values


def _read(own: Field, value: Value) -> object:
    """The value as its column has it."""
    if isinstance(value, tuple):
        return list(value)
    return float(value) if own.kind == "Number" and isinstance(value, int) else value


def _differs(row: Row, before: Row) -> bool:
    names = {name for name in row if not name.startswith("_")} | {"_missing_since"}
    return any(row[name] != before.get(name) for name in names)


def _same(found: Mapping[object, Seen], expected: Mapping[object, Seen], what: str) -> None:
    differing = [
        (found.get(item), expected.get(item)) for item in {**found, **expected} if found.get(item) != expected.get(item)
    ]
    assert not differing, f"{what}: {differing}"
