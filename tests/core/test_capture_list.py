"""A list captured as the operator and the console ask for it."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from airflow_provider_drivedelta.core.capture_list import ListCapture, capture_list, reconcile_list
from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.summary import Summary
from airflow_provider_drivedelta.core.transport import Transport
from airflow_provider_drivedelta.emulator import Field, SharePointList
from tests.core.protocols.followed_list import AnyBearer, Followed, followed


class Lake:
    """A list followed into a folder."""

    def __init__(self, feed: Followed, output: Path) -> None:
        self.feed, self.output = feed, output
        self.base = feed.protocol.site_url  # type: ignore[union-attr]

    @property
    def list(self) -> SharePointList:
        return self.feed.list

    def capture(self, **changes: object) -> ListCapture:
        given = {"site": self.base, "list": "Tasks", "output": str(self.output), "row_limit": 3}
        return ListCapture(**{**given, **changes})  # type: ignore[arg-type]

    def pull(self, **changes: object) -> Summary:
        return capture_list(self.capture(**changes), base_url=f"{self.base}/", transport=self.feed.transport)

    def rows(self, increment: int) -> list[dict[str, object]]:
        files = self.output.glob(f"list-*/changes/*/{increment:08}-*.parquet")
        return [row for file in sorted(files) for row in pq.ParquetFile(file).read().to_pylist()]

    def commits(self) -> list[dict[str, object]]:
        return [json.loads(file.read_text()) for file in sorted(self.output.glob("list-*/_drivedelta/log/*.json"))]


@pytest.fixture
def lake(tmp_path):
    with followed("sharepoint") as feed:
        for number in range(5):
            feed.list.add({"Title": f"{number}", "State": "open"})
        yield Lake(feed, tmp_path)


def told(rows: list[dict[str, object]]) -> list[tuple[object, ...]]:
    return [(row["_op"], row["id"], row["title"], row["state"]) for row in rows]


def test_a_list_is_followed_from_its_first_read_on(lake) -> None:
    assert (lake.pull().kind, lake.pull().kind) == ("initial", "quiet")
    lake.list.edit(2, {"State": "done"})
    lake.list.delete(3)
    summary = lake.pull(list=lake.list.id)
    assert (summary.kind, summary.inserted, summary.updated, summary.deleted) == ("incremental", 0, 1, 1)
    assert sorted(told(lake.rows(2))) == [("delete", 3, "2", "open"), ("update", 2, "1", "done")]


def test_a_quiet_run_asks_the_feed_once(lake) -> None:
    """The fields are known from the last commit: three calls find the list, one asks what changed."""
    lake.pull()
    before = lake.feed.transport.requests
    lake.pull()
    assert lake.feed.transport.requests - before == 4


def test_a_dead_token_publishes_only_what_differs(lake) -> None:
    """B4, B5, B8."""
    lake.pull()
    lake.list.delete(3)
    lake.list.edit(2, {"State": "done"})
    lake.list.expire_tokens()
    assert lake.pull().kind == "resync"
    assert sorted(told(lake.rows(2))) == [("delete", 3, "2", "open"), ("update", 2, "1", "done")]


def test_a_new_column_is_there_after_the_next_run(lake) -> None:
    """B9."""
    lake.pull()
    lake.list.add_field(Field("More", "Number"))
    lake.list.edit(2, {"More": 2})
    summary = lake.pull()
    assert (summary.kind, summary.schema_changed, summary.updated) == ("resync", True, 1)
    assert lake.rows(2)[0]["more"] == 2.0


def test_the_scope_names_the_feed_and_a_change_of_it_is_another(lake) -> None:
    lake.pull()
    where = "<Query><Where><Eq><FieldRef Name='State'/><Value Type='Text'>none</Value></Eq></Where></Query>"
    for scope in ({"fields": ["State"]}, {"query": where}, {"query_options": {"Scope": ""}}):
        assert lake.pull(**scope).kind == "initial"
    folders = sorted(folder.name for folder in lake.output.iterdir())
    assert len(folders) == 4
    assert all(name.startswith(f"list-{lake.list.id}") for name in folders)


def test_only_named_fields_get_columns(lake) -> None:
    lake.pull(fields=["State"])
    (commit,) = lake.commits()
    assert [column["name"] for column in commit["list_fields"]["columns"]] == ["state"]


def test_columns_may_be_named_as_people_see_them(lake) -> None:
    lake.list.add_field(Field("Cost centre", "Text", name="x1"))
    lake.pull(column_names="display")
    assert "cost_centre" in lake.rows(1)[0]


def test_a_list_may_be_followed_from_now_on(lake) -> None:
    assert (lake.pull(start="latest").rows, lake.rows(1)) == (0, [])
    lake.list.edit(2, {"State": "done"})
    assert lake.pull(start="latest").rows == 1


def test_a_reconcile_finds_what_the_feed_kept_quiet(lake) -> None:
    lake.pull()
    assert reconcile_list(lake.capture(), base_url=lake.base, transport=lake.feed.transport).verdict == "in_sync"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"protocol": "view.delta"}, "'sharepoint' or 'graph'"),
        ({"start": "2026-01-01"}, "cannot start"),
        ({"row_limit": 0}, "0 rows"),
        ({"column_names": "pretty"}, "'internal' or 'display'"),
        ({"site_zone": "Europe/Nowhere"}, "time zone"),
        ({"query_options": {"DateInUtc": "FALSE"}}, "DateInUtc"),
        ({"query": "<Nope/>"}, "not CAML"),
        ({"protocol": "graph", "view": "{x}"}, "Graph knows no view"),
        ({"protocol": "graph", "query_options": {"Folder": "/x"}}, "Graph knows no view"),
        ({"list": ""}, "missing"),
    ],
)
def test_arguments_that_no_run_can_work_with_are_refused_before_any_call(tmp_path, changes, says: str) -> None:
    base = "https://contoso.sharepoint.com/sites/team"
    given = {"site": base, "list": "Tasks", "output": str(tmp_path / "out"), **changes}
    with Transport(auth=AnyBearer(), base_url=base) as transport:
        with pytest.raises(FixSetup, match=says):
            capture_list(ListCapture(**given), base_url=base, transport=transport)
        assert transport.requests == 0
    assert not (tmp_path / "out").exists()
