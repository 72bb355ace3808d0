"""Names and ids that would be paths, or that file systems choke on: no file leaves the output, and rows keep them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_drivedelta.core.capture import DriveCapture, capture_drive
from airflow_provider_drivedelta.core.errors import BrokenFeed, DriveDeltaError
from airflow_provider_drivedelta.core.lake.output import Output
from airflow_provider_drivedelta.core.sources import Drive, Feed, Owner
from airflow_provider_drivedelta.core.summary import Summary
from airflow_provider_drivedelta.reading import read_changes, read_current, write_snapshot
from tests.core.played import connect
from tests.graph_service import GraphService, Reply, Seen, file_item, folder_item
from tests.security.feeds import followed
from tests.servers.stores import BUCKET, StoreServer

NAMES = [
    "../../etc/passwd",
    "..",
    ".",
    "/etc/passwd",
    "..\\..\\windows\\system32",
    "~/.ssh/authorized_keys",
    "file:///etc/passwd",
    "s3://bucket/key",
    "nul\x00byte",
    "a" * 4000,
    "\N{RIGHT-TO-LEFT OVERRIDE}gpj.exe",
    "CON",
    "aux.txt",
    "two\nlines\r",
    "{{ conn.drivedelta_default.password }}",
    "{% raw %}",
    "$(id)`id`",
    "'; DROP TABLE state; --",
    '"quoted"',
    "%2e%2e%2f",
    "*?<>|",
    " spaces ",
    "trailing.",
    "_drivedelta",
    "captured_date=1999-01-01",
    "\N{COMBINING ACUTE ACCENT}\N{ZERO WIDTH SPACE}",
    "日本語 😀",
    "-rf",
]
IN_XML = [name for name in NAMES if not set(name) & set("\x00\r\n")]  # the others it cannot carry
HALF = "half \ud83d of a pair"


def items_called(names: Sequence[str], drive_id: str) -> Iterator[dict[str, object]]:
    """A file and a folder of each name, and in the folder another; their ids are the names, too."""
    place = {"driveId": drive_id, "id": "root"}
    yield {
        "id": "root",
        "name": "root",
        "root": {},
        "folder": {"childCount": 1},
        "parentReference": {"driveId": drive_id},
    }
    for name in names:
        yield file_item(f"file {name}", name) | {"parentReference": place}
        yield folder_item(f"folder {name}", name) | {"parentReference": place}
        yield file_item(f"below {name}", name) | {"parentReference": place | {"id": f"folder {name}"}}


class Hostile:
    """A service that gives a drive whatever id it likes, and its items whatever names."""

    def __init__(self, service: GraphService, drive_id: str, names: Sequence[str] = NAMES) -> None:
        self.service, self.drive_id, self.names = service, drive_id, names
        service.always(self._answer)

    def _answer(self, seen: Seen) -> Reply:
        if "delta" not in seen.target:
            return Reply.json({"id": self.drive_id, "driveType": "business"})
        if "again" in seen.target:
            return self.service.page([], delta="/v1.0/delta?token=again")
        return self.service.page([*items_called(self.names, self.drive_id)], delta="/v1.0/delta?token=again")

    def pull(self, output: str | Output, *, owner: Owner = "users", **options: object) -> Summary:
        source = Drive(owner, self.drive_id if owner == "drives" else "ann")
        with connect(self.service) as transport:
            capture = DriveCapture(source=source, output=output, **options)  # type: ignore[arg-type]
            return capture_drive(capture, base_url=self.service.url, transport=transport)


@pytest.fixture
def service() -> Iterator[GraphService]:
    with GraphService() as service:
        yield service


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An output deep in a folder that holds nothing else, and must not when the test is over; one works in it, too."""
    output = tmp_path / "1/2/3/4/lake"
    monkeypatch.setenv("HOME", str(tmp_path / "1"))
    (tmp_path / "1/2/cwd").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "1/2/cwd")
    yield output
    strays = [path for path in tmp_path.rglob("*") if not path.is_dir() and output not in path.parents]
    assert strays == []
    assert {path.name for path in tmp_path.iterdir()} == {"1"}
    assert {path.name for path in (tmp_path / "1/2").iterdir()} <= {"3", "cwd"}


def escaping(output: Path) -> list[str]:
    """Names that lead to where `alone` would see it, from wherever they are joined to."""
    above = output.parents[3]
    return [
        str(above / "stolen"),
        f"{above}/stolen/x",
        "../" * 4 + "stolen",
        "../" * 6 + "1/stolen",
        "stolen/../../x",
    ]


def test_items_are_rows_whatever_they_are_called(service: GraphService, alone: Path) -> None:
    names = [*NAMES, *escaping(alone)]
    feed = Hostile(service, "b!drive", names)
    summary = feed.pull(str(alone))
    assert (summary.inserted, summary.quarantined) == (3 * len(names), 0)
    rows = {row["id"]: row for row in read_changes(str(alone)).read_all().to_pylist()}
    for name in names:
        assert (rows[f"file {name}"]["name"], rows[f"file {name}"]["path"]) == (name, f"/{name}")
        assert rows[f"below {name}"]["path"] == f"/{name}/{name}"
    assert feed.pull(str(alone)).kind == "quiet"


def test_half_a_letter_becomes_the_sign_for_one_that_cannot_be_shown(service: GraphService, alone: Path) -> None:
    Hostile(service, "b!drive", [HALF]).pull(str(alone))
    shown = HALF.replace("\ud83d", "\N{REPLACEMENT CHARACTER}")
    assert set(read_changes(str(alone)).read_all().column("name").to_pylist()) == {shown}


@pytest.mark.parametrize("drive_id", [*NAMES, "../../../stolen", "/stolen"], ids=lambda name: ascii(name)[:20])
def test_a_drive_is_a_folder_in_the_output_whatever_its_id(service: GraphService, alone: Path, drive_id: str) -> None:
    """Its id comes from the service, where it was named by its owner."""
    feed = Hostile(service, drive_id, ["a"])
    summary = feed.pull(str(alone))
    (folder,) = alone.iterdir()
    assert summary.path == f"{alone}/{folder.name}"
    assert len(folder.name.encode()) < 200
    assert {row["name"] for row in read_current(str(alone)).read_all().to_pylist()} == {"a"}


def test_a_drive_whose_id_cannot_be_written_down_is_refused(service: GraphService, alone: Path) -> None:
    feed = Hostile(service, HALF, ["a"])
    with pytest.raises(BrokenFeed, match="no text that can be written down") as caught:
        feed.pull(str(alone))
    assert str(caught.value).isascii()
    assert not alone.exists()


def test_a_run_and_a_folder_may_be_called_anything(service: GraphService, alone: Path) -> None:
    for name in [*NAMES, *escaping(alone)]:
        feed = Hostile(service, "b!drive", ["a"])
        feed.pull(str(alone), run=name, named_run=True)
    assert len(list(alone.iterdir())) == 1


@pytest.mark.parametrize("name", ["snapshot.parquet", "two\nlines", "{{ x }}", "\N{RIGHT-TO-LEFT OVERRIDE}x"])
def test_a_snapshot_is_where_it_was_asked_for(service: GraphService, alone: Path, name: str) -> None:
    Hostile(service, "b!drive", [*NAMES, *escaping(alone)]).pull(str(alone))
    made = write_snapshot(str(alone), to=str(alone / name))
    assert made.path == str(alone / name)
    assert made.rows == 3 * (len(NAMES) + 5)


def test_in_an_object_store_every_key_begins_with_the_outputs(service: GraphService, s3_server: StoreServer) -> None:
    output = s3_server.output("security/in/lake")
    for drive_id in ("../../stolen", ".."):
        feed = Hostile(service, drive_id, [*NAMES, "../../stolen"])
        for _ in range(2):
            feed.pull(output, run="../../../stolen", named_run=True)
    kept = s3_server.filesystem()
    keys = [key for key in kept.find(BUCKET) if "security" in key or "stolen" in key]
    assert len(keys) > 10
    assert all(key.startswith(f"{BUCKET}/security/in/lake/drive-") and ".." not in key.split("/") for key in keys)


@pytest.mark.parametrize("protocol", ["graph", "view.delta"])
def test_a_bad_item_whose_id_no_address_can_hold_is_asked_for_and_not_found(
    service: GraphService, alone: Path, protocol: str
) -> None:
    """Or the feed would fail for ever, with an error of nobody's."""
    feed = Hostile(service, "b!drive", ["a"])
    capture = {"protocol": protocol, "owner": "drives"}
    bad = file_item(HALF, "b", size="much", parentReference={"driveId": "b!drive", "id": "root"})

    def answer(seen: Seen) -> Reply:
        if "/items/" in seen.target:
            return Reply.json({"error": {"code": "itemNotFound"}}, 404)
        items = [] if "again" in seen.target else [*items_called(["a"], "b!drive"), bad]
        return service.page(items, delta="/v1.0/delta?token=again")

    service.always(answer)
    assert feed.pull(str(alone), **capture).quarantined == 1  # type: ignore[arg-type]
    assert feed.pull(str(alone), **capture).quarantined == 0  # type: ignore[arg-type]
    assert any("/items/half%20%EF%BF%BD" in target for target in service.targets)


@pytest.mark.parametrize("link", ["@odata.nextLink", "@odata.deltaLink"])
def test_a_link_that_no_address_can_hold_is_an_error_of_ours(service: GraphService, alone: Path, link: str) -> None:
    feed = Hostile(service, "b!drive")
    service.always(Reply.json({"value": [*items_called(["a"], "b!drive")], link: f"{service.url}/delta?token=\ud83d"}))
    for _ in range(2):
        with suppress(DriveDeltaError):
            assert feed.pull(str(alone), owner="drives").kind in ("initial", "quiet")


@given(st.text(), st.text())
def test_an_id_becomes_one_name_in_a_folder_and_never_anothers(one: str, other: str) -> None:
    for make in (Feed.of_drive, Feed.of_list):
        folder = make(one, output="o").folder
        assert folder == Path(folder).name
        assert folder.isascii()
        assert not set(folder) & set('/\\:*?"<>|\0')
        if one.strip("{}").lower() != other.strip("{}").lower():
            assert folder != make(other, output="o").folder


class TestLists:
    @pytest.mark.parametrize("protocol", ["sharepoint list", "graph list"])
    def test_items_are_rows_whatever_is_in_them(self, alone: Path, protocol: str) -> None:
        names = [*IN_XML, *escaping(alone)]
        with followed(protocol, alone, size=0) as feed:
            for name in names:
                feed.items.add({"Title": name, "State": "open"})  # type: ignore[union-attr]
            summary = feed.pull(run="../../stolen", named_run=True)
        assert isinstance(summary, Summary), feed.failures
        titles = read_changes(str(alone)).read_all().column("title").to_pylist()
        assert sorted(map(str, titles)) == sorted(names)
        (folder,) = alone.iterdir()
        assert folder.name.startswith("list-")


def test_what_sql_makes_of_names_is_what_they_are(service: GraphService, alone: Path) -> None:
    """The fold decides in SQL, and readers read with it: no name is part of a statement."""
    feed = Hostile(service, "b!drive", NAMES)
    feed.pull(str(alone))
    pattern = str(alone / "*/changes/**/*.parquet")
    with duckdb.connect() as database:
        found = database.execute("SELECT DISTINCT name FROM read_parquet(?) ORDER BY 1", [pattern]).fetchall()
    assert {name for (name,) in found} == set(NAMES)
    assert pa.types.is_string(read_changes(str(alone)).schema.field("name").type)
    assert json.loads(next(alone.glob("*/_drivedelta/log/*.json")).read_text())["increment"] == 1
