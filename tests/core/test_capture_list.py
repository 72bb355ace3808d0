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
from airflow_provider_drivedelta.emulator.refusal import Refusal
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

    @staticmethod
    def rows_in(output: Path) -> list[dict[str, object]]:
        files = sorted(output.glob("list-*/changes/*/*.parquet"))
        return [row for file in files for row in pq.ParquetFile(file).read().to_pylist()]

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


@pytest.mark.parametrize(("named", "asked"), [("{id}", 1), ("Tasks", 2), ("{site}/Lists/Tasks/AllItems.aspx", 2)])
def test_a_quiet_run_asks_the_feed_once(lake, named: str, asked: int) -> None:
    """Fields and the site's id are known from the last commit; a list that is not given by its id is looked up."""
    given = {"list": named.format(id=lake.list.id, site=lake.base)}
    lake.pull(**given)
    lake.feed.emulator.clear_requests()
    assert lake.pull(**given).kind == "quiet"
    paths = [request.path.lower() for request in lake.feed.emulator.requests]
    assert len(paths) == asked
    assert sum("getlistitemchangessincetoken" in path for path in paths) == 1


def test_the_sites_id_is_asked_for_once_and_is_in_every_row(lake) -> None:
    lake.pull()
    lake.list.edit(2, {"State": "done"})
    lake.feed.emulator.clear_requests()
    lake.pull()
    assert [row["site_id"] for row in (*lake.rows(1), *lake.rows(2))] == [lake.list.site.id] * 6
    assert not any("_api/site?" in request.path for request in lake.feed.emulator.requests)


def test_what_is_read_and_written_goes_by_the_name_that_the_user_gave(lake) -> None:
    assert lake.pull().source == f"{lake.base} list 'Tasks'"
    assert lake.pull(site=f"{lake.base}?web=1", list=lake.list.id).source == f"{lake.base} list '{lake.list.id}'"


@pytest.mark.parametrize("protocol", ["sharepoint", "graph"])
def test_what_lies_below_a_renamed_or_moved_folder_gets_rows_with_its_new_path(tmp_path, protocol: str) -> None:
    """D2: of the aspect `path`, although the service says nothing of it."""
    with followed(protocol) as feed:
        top = feed.list.add_folder("Top").id
        inner = feed.list.add_folder("Inner", top).id
        leaf = feed.list.add({"Title": "leaf"}, inner).id
        base = feed.protocol.base_url if protocol == "graph" else feed.protocol.site_url  # type: ignore[union-attr]
        site = f"{feed.emulator.url}{feed.list.site.path}"
        capture = ListCapture(site=site, list="Tasks", output=str(tmp_path), protocol=protocol)
        for change in (lambda: None, lambda: feed.list.rename(top, "Peak"), lambda: feed.list.move(inner, None)):
            change()
            capture_list(capture, base_url=base, transport=feed.transport)
    lists = feed.list.path
    rows = {(row["_increment"], row["id"]): row for row in Lake.rows_in(tmp_path)}
    told = {key: (row["_cause"], row["_aspects"], row["file_path"]) for key, row in rows.items() if key[0] > 1}
    leaf_now = f"{lists}/Peak/Inner/{leaf}_.000"
    assert told[2, inner][1:] == (["path"], f"{lists}/Peak/Inner")
    assert told[2, leaf][1:] == (["path"], leaf_now)
    assert told[3, leaf][1:] == (["path"], f"{lists}/Inner/{leaf}_.000")
    assert rows[3, leaf]["_previous"]["file_path"] == leaf_now
    assert {told[2, inner][0], told[2, leaf][0], told[3, leaf][0]} == {"cascade"}


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


@pytest.mark.parametrize("full_reload", [False, True])
def test_columns_keep_the_names_they_were_given_first(lake, full_reload: bool) -> None:
    """Others would be news of every item, and the old ones empty: that is another lake."""
    lake.pull()
    with pytest.raises(FixSetup, match=r"internal names.*column_names='internal', or capture into another output"):
        lake.pull(column_names="display", full_reload=full_reload)
    assert (len(lake.commits()), lake.pull().kind) == (1, "quiet")


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
        ({"list": ""}, "missing"),
        ({"protocol": "graph"}, "not Microsoft Graph's"),
        ({"site": "https://contoso.sharepoint.com/sites/team/SitePages/Home.aspx"}, "address of a page"),
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


@pytest.mark.parametrize("given", [{"view": "{x}"}, {"query_options": {"Folder": "/x"}}])
def test_what_graph_does_not_know_is_refused_before_any_call(tmp_path, given) -> None:
    base = "https://graph.microsoft.com/v1.0"
    site = "https://contoso.sharepoint.com/sites/team"
    capture = ListCapture(site=site, list="Tasks", output=str(tmp_path / "out"), protocol="graph", **given)
    with Transport(auth=AnyBearer(), base_url=base) as transport:
        with pytest.raises(FixSetup, match="Graph knows no view"):
            capture_list(capture, base_url=base, transport=transport)
        assert transport.requests == 0


class GraphLake(Lake):
    """The same over Graph."""

    def __init__(self, feed: Followed, output: Path) -> None:
        self.feed, self.output = feed, output
        self.base = feed.protocol.base_url  # type: ignore[union-attr]
        self.site = feed.emulator.url + feed.list.site.path

    def capture(self, **changes: object) -> ListCapture:
        return super().capture(**{"site": self.site, "protocol": "graph", **changes})


@pytest.fixture
def over_graph(tmp_path):
    with followed("graph") as feed:
        for number in range(2):
            feed.list.add({"Title": f"{number}", "State": "open"})
        yield GraphLake(feed, tmp_path)


@pytest.mark.parametrize(("by_ids", "asked"), [(True, 2), (False, 3)])
def test_a_quiet_run_over_graph_asks_for_the_columns_and_the_changes(over_graph, by_ids: bool, asked: int) -> None:
    """Graph's feed says nothing of columns. One call finds list and site, where not both are given by their ids."""
    ids = {"site": over_graph.list.site.graph_id, "list": over_graph.list.id}
    given = ids if by_ids else {}
    over_graph.pull(**given)
    over_graph.feed.emulator.clear_requests()
    assert over_graph.pull(**given).kind == "quiet"
    assert len(over_graph.feed.emulator.requests) == asked
    assert {row["site_id"] for row in over_graph.rows(1)} == {over_graph.list.site.id}


class TestFoldersThatCameBackOverGraph:
    """Graph tells of the folder and not of what is in it, and cannot be asked for that."""

    @pytest.fixture
    def lake(self, over_graph):
        """There was a folder in the list, with an item and a folder of one item in it."""
        over_graph.top = over_graph.list.add_folder("F").id
        over_graph.list.add({"Title": "in F"}, over_graph.top)
        inner = over_graph.list.add_folder("G", over_graph.top).id
        over_graph.list.add({"Title": "in G"}, inner)
        return over_graph

    @pytest.mark.parametrize("fields", [(), ("State",)])
    def test_one_that_no_run_knew_is_read_with_all_that_is_in_it(self, lake, fields: tuple[str, ...]) -> None:
        """It was deleted before the first read."""
        lake.list.delete(lake.top)
        lake.pull(fields=fields)
        lake.list.restore(lake.top)
        summary = lake.pull(fields=fields)
        assert (summary.kind, summary.inserted, summary.rows) == ("resync", 4, 4)
        assert [row["title"] for row in lake.rows(2) if not row["is_folder"]] == ["in F", "in G"]
        assert lake.pull(fields=fields).kind == "quiet"

    def test_one_that_a_run_knew_is_read_with_all_that_is_in_it(self, lake) -> None:
        """C3."""
        lake.pull()
        lake.list.delete(lake.top)
        lake.pull()
        lake.list.restore(lake.top)
        assert (lake.pull().kind, len(lake.rows(3))) == ("resync", 4)

    def test_one_that_was_missed_comes_back_with_all_that_is_in_it(self, lake) -> None:
        """The service had lost it, as it admitted it might."""
        lake.pull()
        lake.list.delete(lake.top)
        lake.list.expire_tokens(Refusal(flavour="upload"))
        assert lake.pull().missing == 4
        lake.list.restore(lake.top)
        assert lake.pull().kind == "resync"
        assert [(row["_op"], row["_missing_since"]) for row in lake.rows(3)] == [("update", None)] * 4

    def test_one_without_anything_in_it_costs_no_full_read(self, lake) -> None:
        empty = lake.list.add_folder("Empty").id
        lake.list.delete(empty)
        lake.pull()
        lake.list.restore(empty)
        assert (lake.pull().kind, len(lake.rows(2))) == ("incremental", 1)

    def test_one_that_is_new_and_came_with_its_items_costs_no_full_read(self, lake) -> None:
        lake.pull()
        new = lake.list.add_folder("New").id
        for folder in (new, new, lake.list.add_folder("Newer", new).id):
            lake.list.add({"Title": "new"}, folder)
        lake.list.move(1, new)
        assert (lake.pull().kind, len(lake.rows(2))) == ("incremental", 6)

    def test_one_of_whose_items_some_came_is_not_taken_for_whole(self, lake) -> None:
        """They were edited after the restore."""
        lake.list.delete(lake.top)
        lake.pull()
        lake.list.restore(lake.top)
        lake.list.edit(4, {"Title": "edited"})
        assert lake.pull().kind == "resync"
        assert {row["id"] for row in lake.rows(2)} == {3, 4, 5, 6}

    def test_a_feed_that_knows_only_what_comes_is_not_read_whole_for_a_folder_it_does_not_know(self, lake) -> None:
        lake.pull(start="latest")
        lake.list.edit(lake.top, {"State": "done"})
        assert lake.pull(start="latest").kind == "incremental"
