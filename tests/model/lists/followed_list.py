"""A lake that follows a list run after run, and its reader, who refuses what contradicts what it has."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from xml.sax.saxutils import escape

from hypothesis import currently_in_test_context, note

from airflow_provider_drivedelta.core.auth import BearerToken
from airflow_provider_drivedelta.core.capture_list import ListCapture, capture_list
from airflow_provider_drivedelta.core.errors import RetryLater
from airflow_provider_drivedelta.core.lake import log
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage
from airflow_provider_drivedelta.core.lists.columns import field_map
from airflow_provider_drivedelta.core.plan import Progress
from airflow_provider_drivedelta.core.summary import Summary
from airflow_provider_drivedelta.core.transport import RetryPolicy, Transport
from airflow_provider_drivedelta.emulator import Emulator, Field, Site
from airflow_provider_drivedelta.emulator.lists.items import ListItem
from airflow_provider_drivedelta.emulator.lists.sharepoint_list import NoSuchListItem
from airflow_provider_drivedelta.emulator.lists.values import Lookup, Term, Url, User, Value
from airflow_provider_drivedelta.reading import read_changes, read_current
from tests.model.forgetful import Forgetful
from tests.model.lists.changing_list import VALUES, Change, ChangingList, NothingThere

ZONE = "America/Los_Angeles"
MET: Counter[str] = Counter()
"""What the histories of a test session met: a model that meets little proves little."""

Row = Mapping[str, object]
Seen = tuple[object, ...]
"""What a reader sees of an item: its path, title, whether it is a folder, and its values by field."""


class Killed(BaseException):
    """The worker is gone between two pages."""


class FollowedList(ChangingList):
    """Leaving the block stops the service and removes the lake.

    `without`: titles whose items are out of the scope, for a list that is followed by a query; and folders of such
    titles, unless `folders_too`.
    """

    def __init__(self, protocol: str, without: Sequence[str] = (), *, folders_too: bool = True) -> None:
        self.site = Site("/sites/team", zone=ZONE)
        super().__init__(self.site, list(VALUES))
        self.protocol, self.without, self.folders_too = protocol, frozenset(without), folders_too
        self.tokens = Forgetful()
        self.emulator = Emulator(sites=[self.site], page_size=3)
        self.known: dict[object, Row] = {}
        self.increment = 0

    def __enter__(self) -> FollowedList:
        self.emulator.__enter__()
        self.output = Path(tempfile.mkdtemp(prefix="drivedelta-model-"))
        return self

    def __exit__(self, *error: object) -> None:
        self.emulator.stop()
        shutil.rmtree(self.output)

    def run(self, *, reloads: bool = False, on_page: Callable[[Progress], None] | None = None) -> Summary:
        address = self.emulator.url + self.site.path
        base_url = f"{self.emulator.url}/v1.0" if self.protocol == "graph" else address
        capture = ListCapture(
            site=address,
            list=self.list.id,
            output=str(self.output),
            protocol=self.protocol,
            row_limit=3,
            site_zone=ZONE if self.protocol == "graph" else "",  # Graph does not say it
            query=_query(sorted(self.without), folders_too=self.folders_too) if self.without else "",
            full_reload=reloads,
        )
        with self.transport(base_url) as transport:
            return capture_list(capture, base_url=base_url, transport=transport, tokens=self.tokens, on_page=on_page)

    def transport(self, base_url: str) -> Transport:
        policy = RetryPolicy(attempts=2)
        return Transport(auth=BearerToken("t"), base_url=base_url, policy=policy, sleep=lambda _: None)

    def pull(self, *, reloads: bool = False) -> None:
        """A run tells what happened, and one right after it tells nothing."""
        self._check(self.run(reloads=reloads))
        quiet = self.run()
        assert (quiet.kind, quiet.rows) == ("quiet", 0), f"told twice: {self._new_rows()}"

    def interrupt(self, how: int, page: int) -> None:
        """A run that cannot read on, is killed between two pages, or cannot save its token; the next one makes good."""
        feed = "/items/delta" if self.protocol == "graph" else "getlistitemchangessincetoken"
        before = self._last_commit()
        try:
            if how % 4 == 0:
                rule = {"match": {"path": feed, "nth": page, "times": 0}, "reply": {"status": 500}}
                self.emulator.faults([rule])
                self.run()
            elif how % 4 == 1:
                self.run(on_page=lambda progress: _die(progress, page))
            else:
                self.tokens.fails = "before" if how % 4 == 2 else "after"
                self.run()
        except (RetryLater, Killed):
            MET["interrupted" if how % 4 == 0 else "killed" if how % 4 == 1 else "token not saved"] += 1
            assert how % 4 > 1 or self._last_commit() == before, "an interrupted run published something"
        finally:
            self.emulator.clear_faults()
            self.tokens.fails = ""
        for row in self._new_rows():  # what was committed is published, though the run failed after that
            self._fold(row)

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
        truth = {item.id: self._of_item(item) for item in self.list.walk() if self._in_scope(item)}
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

    def _in_scope(self, item: ListItem) -> bool:
        return item.title not in self.without or (item.is_folder and self.folders_too)

    def _last_commit(self) -> int:
        folders = list(self.output.iterdir())
        return max(log.numbers(LocalStorage(folders[0])), default=0) if folders else 0

    def _columns(self) -> dict[str, str]:
        """The column of each field that the list has now."""
        storage = LocalStorage(next(self.output.iterdir()))
        kept = log.read(storage, log.numbers(storage)[-1]).list_fields
        return {name: column.name for name, column in field_map(kept).live.items()}

    def _of_item(self, item: ListItem) -> Seen:
        values = {own.name: self._told(own, item.values.get(own.name)) for own in self.fields}
        return self.list.item_path(item), item.is_folder, item.title, values

    def _told(self, own: Field, value: Value) -> object:
        """The value as its column has it; Graph tells of a single lookup or person no more than the id."""
        by_id = self.protocol == "graph" and own.kind in ("Lookup", "User")
        match value:
            case tuple():
                return [self._told(own, part) for part in value]
            case Lookup(key, text):
                return {"id": key, "value": None if by_id else text}
            case User(key, name, email):
                told = {"id": key} | dict.fromkeys(("name", "login", "email", "sip", "title", "picture"))
                return told if by_id else told | {"name": name, "email": email if self.protocol == "graph" else None}
            case Url(url, text):
                return {"url": url, "description": text or None}
            case Term(key, label, guid):
                return {"id": key, "label": label, "term_guid": guid}
        return float(value) if own.kind == "Number" and isinstance(value, int) else value


def _die(progress: Progress, page: int) -> None:
    if progress.pages == page:
        raise Killed


def _query(without: Sequence[str], *, folders_too: bool) -> str:
    """CAML for all items but those of these titles."""
    tests = [f'<Neq><FieldRef Name="Title"/><Value Type="Text">{escape(title)}</Value></Neq>' for title in without]
    where = tests[0]
    for test in tests[1:]:
        where = f"<And>{where}{test}</And>"
    if folders_too:
        where = f'<Or><Eq><FieldRef Name="FSObjType"/><Value Type="Integer">1</Value></Eq>{where}</Or>'
    return f"<Query><Where>{where}</Where></Query>"


def _differs(row: Row, before: Row) -> bool:
    names = {name for name in row if not name.startswith("_")} | {"_missing_since"}
    return any(row[name] != before.get(name) for name in names)


def _same(found: Mapping[object, Seen], expected: Mapping[object, Seen], what: str) -> None:
    differing = [
        (found.get(item), expected.get(item)) for item in {**found, **expected} if found.get(item) != expected.get(item)
    ]
    assert not differing, f"{what}: {differing}"
