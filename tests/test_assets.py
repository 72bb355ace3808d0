"""A feed's folder and its source as assets: one name each, whatever way they were addressed."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from airflow.sdk import Asset

from airflow_provider_drivedelta.assets import create_asset, feed_asset, sanitize_uri, source_uri
from airflow_provider_drivedelta.cli import main
from airflow_provider_drivedelta.core.sources import Feed
from airflow_provider_drivedelta.core.summary import Summary
from tests.conftest import Contoso
from tests.team_site import serve_team

LIST_ID = "0b2e5c6a-91b1-4a53-8bd4-2f2c3a1d9e77"


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("/lake/drive-b~21x", "file:///lake/drive-b~21x"),
        ("/lake with blank/drive-ü", "file:///lake%20with%20blank/drive-%C3%BC"),
        ("lake/drive-d", f"{Path.cwd().as_uri()}/lake/drive-d"),
        ("file:///lake/drive-d", "file:///lake/drive-d"),
        ("s3://bucket/lake/drive-d", "s3://bucket/lake/drive-d"),
    ],
)
def test_a_folders_name_and_address_are_the_same(path: str, uri: str) -> None:
    asset = feed_asset(Summary(feed="f", source="drives/d", protocol="graph", kind="initial", path=path))
    assert (asset.uri, asset.name) == (uri, uri)


Pulled = Callable[..., Summary]


@pytest.fixture
def pulled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Pulled:
    """Pulls once on the console, into an output of its own."""
    monkeypatch.setenv("DRIVEDELTA_ACCESS_TOKEN", "r3ady-bearer-token")
    outputs = map(str, count())

    def pull(what: str, *options: str) -> Summary:
        assert main(["pull", what, *options, "--output", str(tmp_path / next(outputs)), "--json"]) == 0
        return Summary(**json.loads(capsys.readouterr().out))

    return pull


def told(feed: Feed, source: str) -> Summary:
    return Summary(feed=feed.key, source=source, protocol="graph", kind="quiet", path=f"/lake/{feed.folder}")


class TestTheNameOfASource:
    @pytest.mark.parametrize(
        ("drive_id", "uri"),
        [
            ("b!7Qm-x_9", "drivedelta://drives/b!7Qm-x_9"),
            ("1B2C3D4E5F607", "drivedelta://drives/0001b2c3d4e5f607"),
        ],
    )
    def test_a_drive_is_named_by_its_id(self, drive_id: str, uri: str) -> None:
        feed = Feed.of_drive(drive_id, output="/lake", scope="/Reports")
        assert source_uri(told(feed, f"drives/{drive_id}")) == uri

    def test_a_folder_with_a_feed_of_its_own_is_its_drives(self) -> None:
        feed = Feed.of_drive("1b2c3d4e5f607081", output="/lake")
        part = told(feed, "drives/1b2c3d4e5f607081/items/1B2C3D4E5F607081!42")
        assert source_uri(part) == "drivedelta://drives/1b2c3d4e5f607081"

    def test_a_list_is_named_by_its_id(self) -> None:
        feed = Feed.of_list(f"{{{LIST_ID.upper()}}}", output="/lake", scope="view")
        assert source_uri(told(feed, "anything")) == f"drivedelta://lists/{LIST_ID}"

    def test_it_is_the_same_however_a_drive_is_addressed(self, contoso: Contoso, pulled: Pulled) -> None:
        drive_id, url = contoso.emulator.drive.id, contoso.emulator.url
        ways = (["--drive-id", drive_id], ["--user-id", "ann@contoso.com"], ["--me"])
        names = {source_uri(pulled("drive", *way, "--base-url", url)) for way in ways}
        assert names == {f"drivedelta://drives/{drive_id}"}

    def test_it_is_the_same_however_a_list_is_addressed(self, pulled: Pulled) -> None:
        with serve_team() as team:
            site, graph = ["--site-url", team.open_site], ["--protocol", "graph", "--base-url", team.emulator.url]
            ways = (["--list", "Ann's tasks"], ["--list", team.tasks.id], ["--list", "Ann's tasks", *graph])
            names = {source_uri(pulled("list", *site, *way)) for way in ways}
        assert names == {f"drivedelta://lists/{team.tasks.id}"}


class TestTheUriOfASource:
    @pytest.mark.parametrize(
        ("written", "uri"),
        [
            ("drivedelta://drives/b!7Qm", "drivedelta://drives/b!7Qm"),
            ("drivedelta://drives/b%217Qm/", "drivedelta://drives/b!7Qm"),
            ("DriveDelta://Drives/1B2C3D4E5F607081", "drivedelta://drives/1b2c3d4e5f607081"),
            (f"drivedelta://lists/{LIST_ID}", f"drivedelta://lists/{LIST_ID}"),
            (f"drivedelta://lists/{{{LIST_ID.upper()}}}", f"drivedelta://lists/{LIST_ID}"),
            (f"drivedelta://lists/contoso.sharepoint.com/sites/team/{LIST_ID}", f"drivedelta://lists/{LIST_ID}"),
        ],
    )
    def test_has_one_spelling_in_airflow(self, airflow_home: Path, written: str, uri: str) -> None:
        assert Asset(uri=written).uri == uri

    @pytest.mark.parametrize(
        "nonsense",
        [
            "drivedelta://drives",
            "drivedelta://drives/a/b",
            "drivedelta://drives/b!7 Qm",
            "drivedelta://drives/b!7Qm?token=secret",
            "drivedelta://users/ann@contoso.com",
            "drivedelta://lists/Tasks",
            "drivedelta:///b!7Qm",
            "drivedelta://ann@drives/b!7Qm",
        ],
    )
    def test_of_nothing_that_can_be_followed_is_refused_in_words(self, nonsense: str) -> None:
        with pytest.raises(ValueError, match=r"write drivedelta://drives/<drive id> or .* in `source`") as refused:
            sanitize_uri(urlsplit(nonsense))
        assert "secret" not in str(refused.value)

    def test_airflow_passes_the_refusal_on(self, airflow_home: Path) -> None:
        with pytest.raises(ValueError, match="names no source"):
            Asset(uri="drivedelta://lists/Tasks")

    def test_is_made_from_an_id(self, airflow_home: Path) -> None:
        assert create_asset(drive_id="1B2C3D4E5F607081").uri == "drivedelta://drives/1b2c3d4e5f607081"
        assert create_asset(list_id=LIST_ID.upper(), extra={"a": 1}).extra == {"a": 1}

    @pytest.mark.parametrize("given", [{}, {"drive_id": "b!7Qm", "list_id": LIST_ID}])
    def test_is_made_from_one_id_alone(self, given: dict[str, str]) -> None:
        with pytest.raises(ValueError, match="give drive_id or list_id"):
            create_asset(**given)
