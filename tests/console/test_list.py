"""`drivedelta pull list` and `reconcile list`: what reaches the service, what is printed, how it ends."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from airflow_provider_drivedelta.cli import main
from tests.conftest import SECRET
from tests.drift import LIST_START_OVER_BETWEEN, go_on_from
from tests.team_site import TITLES, Team, serve_team

DONE = '<Query><Where><Eq><FieldRef Name="State"/><Value Type="Text">done</Value></Eq></Where></Query>'


@dataclass(frozen=True)
class Console:
    """A user at a terminal who follows one list of the emulator."""

    team: Team
    output: Path
    read: Callable[[], tuple[str, str]]

    def run(
        self, *options: str, command: str = "pull", site: str = "", wanted: str = "Ann's tasks", output: str = ""
    ) -> tuple[int, str, str]:
        """Exit status, stdout, stderr."""
        what = ["--site-url", site or self.team.open_site, "--list", wanted, "--output", output or str(self.output)]
        try:
            status = main([command, "list", *what, *options])
        except SystemExit as left:
            status = int(left.code or 0)
        return (status, *self.read())

    def json(self, *options: str, command: str = "pull") -> dict[str, object]:
        status, out, err = self.run("--json", *options, command=command)
        assert (status, err) == (0, "")
        told: dict[str, object] = json.loads(out)
        return told

    def rows(self, *columns: str) -> list[tuple[object, ...]]:
        (feed,) = self.output.iterdir()
        return [tuple(row[name] for name in columns) for row in pq.read_table(feed / "changes").to_pylist()]


@pytest.fixture
def console(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Console]:
    monkeypatch.setenv("DRIVEDELTA_ACCESS_TOKEN", "r3ady-bearer-token")
    with serve_team() as team:
        yield Console(team, tmp_path / "lake", lambda: tuple(capsys.readouterr()))  # type: ignore[arg-type]


def graph(console: Console) -> list[str]:
    return ["--protocol", "graph", "--base-url", console.team.emulator.url]


def test_a_pull_tells_what_was_captured_and_where(console: Console) -> None:
    status, out, err = console.run()
    (feed,) = console.output.iterdir()
    assert (status, err) == (0, "")
    assert out.startswith("initial: increment 1, 3 rows (3 inserted, 0 updated, 0 deleted)\n")
    assert out.endswith(f"data: {feed}/changes\n")
    assert console.rows("_op", "title", "state") == [("insert", title, "open") for title in TITLES]


def test_the_next_pull_goes_on_and_a_quiet_one_says_so(console: Console) -> None:
    console.run()
    console.team.tasks.delete(2)
    assert console.json()["deleted"] == 1
    assert console.json()["kind"] == "quiet"


def test_both_protocols_tell_of_the_same_items(console: Console) -> None:
    told = console.json(*graph(console))
    assert (told["protocol"], told["inserted"]) == ("graph", 3)
    assert console.rows("_op", "title", "state") == [("insert", title, "open") for title in TITLES]
    assert console.team.asked_for("/_api/") == 0


def test_a_site_may_be_reached_at_another_address(console: Console) -> None:
    elsewhere = console.team.open_site.replace(console.team.emulator.url, "https://contoso.sharepoint.com")
    assert console.run("--base-url", console.team.emulator.url, site=elsewhere)[0] == 0
    assert console.run("--base-url", console.team.open_site, site=elsewhere)[0] == 0


@pytest.mark.parametrize("wanted", ["ann's tasks", "{id}", "{url}/sites/team/Lists/Tasks/AllItems.aspx"])
def test_a_list_is_named_by_title_guid_or_address(console: Console, wanted: str) -> None:
    named = wanted.format(id=console.team.tasks.id, url=console.team.emulator.url)
    assert console.run(wanted=named)[0] == 0


class TestSelection:
    def test_fields_by_name_and_columns_by_title(self, console: Console) -> None:
        console.run("--field", "Due_x0020_date", "--field", "State", "--column-names", "display")
        assert console.rows("due_date", "state") == [(None, "open")] * 3

    def test_a_query_and_a_row_limit(self, console: Console) -> None:
        for number in range(5):
            console.team.tasks.add({"Title": f"{number}", "State": "done"})
        told = console.json("--query", DONE, "--row-limit", "2")
        assert told["inserted"] == 5
        assert int(str(told["pages"])) >= 3

    def test_query_options_by_name(self, console: Console) -> None:
        folder = console.team.tasks.add_folder("Old")
        console.team.tasks.add({"Title": "in the folder"}, folder.id)
        assert console.json("--query-option", "Folder=/sites/team/Lists/Tasks/Old")["inserted"] == 1

    def test_a_site_zone_makes_days_certain(self, console: Console) -> None:
        assert console.run("--site-zone", "Europe/Berlin")[0] == 0
        status, _, err = console.run("--site-zone", "Mars/Olympus", "--full-reload")
        assert (status, "is no time zone known here" in err) == (3, True)

    @pytest.mark.parametrize("given", ["Folder", "=x"])
    def test_a_query_option_without_a_name_or_value_is_a_usage_error(self, console: Console, given: str) -> None:
        status, _, err = console.run("--query-option", given)
        assert (status, f"'{given}' is not NAME=VALUE" in err) == (2, True)


class TestStartAndResync:
    def test_latest_captures_only_what_comes(self, console: Console) -> None:
        assert console.json("--start", "latest")["inserted"] == 0
        console.team.tasks.add({"Title": "new"})
        assert console.json()["inserted"] == 1

    def test_a_full_reload_publishes_differences_only(self, console: Console) -> None:
        console.run()
        told = console.json("--full-reload")
        assert (told["kind"], told["rows"]) == ("reload", 0)

    def test_a_dead_token_is_made_up_for_or_ends_with_3_if_you_say_so(self, console: Console) -> None:
        """B8."""
        console.run()
        console.team.emulator.expire()
        status, _, err = console.run("--on-resync", "fail")
        assert (status, "Run once with on_resync='inline'" in err) == (3, True)
        assert console.json()["kind"] == "resync"

    def test_a_big_delete_ends_with_3_and_names_what_confirms_it(self, console: Console) -> None:
        for number in range(120):
            console.team.tasks.add({"Title": f"{number}"})
        console.run()
        for item in range(4, 124):
            console.team.tasks.delete(item)
        console.team.emulator.expire()
        status, _, err = console.run()
        held = re.search(r"confirm_deletes='(\w+)'", err)
        assert status == 3
        assert held
        assert console.json("--confirm-deletes", held[1])["deleted"] == 120

    def test_a_dry_run_leaves_nothing(self, console: Console) -> None:
        assert console.json("--dry-run")["inserted"] == 3
        assert not console.output.exists()


@pytest.mark.parametrize("protocol", ["sharepoint", "graph"])
class TestReconcile:
    @pytest.fixture
    def spoken(self, console: Console, protocol: str) -> list[str]:
        """The options that choose the protocol; the first pull is done."""
        options = graph(console) if protocol == "graph" else []
        console.run(*options)
        return options

    def test_in_sync(self, console: Console, spoken: list[str]) -> None:
        status, out, err = console.run(*spoken, command="reconcile")
        assert (status, err) == (0, "")
        assert out.startswith("in sync: ")

    def test_drift_is_an_answer_and_is_mended(
        self, console: Console, spoken: list[str], tmp_path: Path, protocol: str
    ) -> None:
        console.team.tasks.edit(1, {"State": "done"})
        console.run(*spoken, output=str(tmp_path / "other"))
        go_on_from(console.output, tmp_path / "other")
        assert console.json(*spoken)["kind"] == "quiet"
        told = console.json(*spoken, command="reconcile")
        assert (told["verdict"], told["kind"], told["updated"]) == ("drift", "reconcile", 1)
        assert console.json(*spoken, command="reconcile")["verdict"] == "in_sync"

    def test_indeterminate(self, console: Console, spoken: list[str], protocol: str) -> None:
        console.team.emulator.faults(LIST_START_OVER_BETWEEN[protocol])
        assert console.run(*spoken, command="reconcile")[1].startswith("indeterminate: ")

    def test_what_must_be_mended_first_ends_with_3(self, console: Console, spoken: list[str], protocol: str) -> None:
        status, _, err = console.run(*spoken, "--column-names", "display", command="reconcile")
        assert (status, "column_names='internal'" in err) == (3, True)


class TestCredentials:
    @pytest.fixture
    def signing_in(self, console: Console, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
        """The options of an application that signs in at the emulator; its secret is in the environment."""
        monkeypatch.delenv("DRIVEDELTA_ACCESS_TOKEN")
        monkeypatch.setenv("DRIVEDELTA_CLIENT_SECRET", SECRET)
        emulator = console.team.emulator
        who = ["--tenant-id", "contoso.com", "--client-id", "app"]
        return [*who, "--authority", emulator.https_url, "--ca-file", emulator.ca_file]

    def test_a_certificate_opens_the_site(self, console: Console, signing_in: list[str], tmp_path: Path) -> None:
        pem = tmp_path / "app.pem"
        pem.write_text(json.loads(str(console.team.certified()["extra"]))["private_key"])
        assert console.run(*signing_in, "--certificate", str(pem), site=console.team.site)[0] == 0

    def test_a_secret_is_refused_before_the_first_call_and_graph_takes_it(
        self, console: Console, signing_in: list[str]
    ) -> None:
        status, _, err = console.run(*signing_in, site=console.team.site)
        assert (status, "or use protocol='graph', which takes secrets" in err) == (3, True)
        assert console.team.emulator.requests == []
        over_graph = ["--protocol", "graph", "--base-url", console.team.emulator.https_url]
        assert console.run(*signing_in, *over_graph, site=console.team.site)[0] == 0


class TestWhatGoesWrong:
    @pytest.mark.parametrize(
        ("site", "says"),
        [
            ("http://contoso.sharepoint.com/sites/team", "Plain http"),
            ("https://contoso.sharepoint.com/sites/team/SitePages/Home.aspx?web=1", "the address of a page"),
            ("https://contoso.sharepoint.com/sites/team/_api/web", "within a site"),
            ("contoso.sharepoint.com,5a58bb09,712a596e", "at the site's address, not at an id"),
        ],
    )
    def test_an_address_that_is_no_sites_ends_with_3(self, console: Console, site: str, says: str) -> None:
        status, out, err = console.run(site=site)
        assert (status, out) == (3, "")
        assert says in err

    @pytest.mark.parametrize(
        ("protocol", "base_url", "says"),
        [
            ("sharepoint", "https://graph.microsoft.com/v1.0", "use protocol='graph'"),
            ("graph", "https://contoso.sharepoint.com/_api/v2.0", "or protocol='sharepoint'"),
        ],
    )
    def test_an_address_that_does_not_speak_the_protocol_ends_with_3(
        self, console: Console, protocol: str, base_url: str, says: str
    ) -> None:
        status, _, err = console.run("--protocol", protocol, "--base-url", base_url)
        assert (status, says in err) == (3, True)

    def test_what_a_browser_adds_to_the_sites_address_does_no_harm(self, console: Console) -> None:
        assert console.run(site=f"{console.team.open_site}/?web=1#top")[0] == 0

    def test_a_list_that_is_not_there_ends_with_3_and_is_named(self, console: Console) -> None:
        status, _, err = console.run(wanted="No such list")
        assert (status, "'No such list'" in err) == (3, True)

    def test_a_service_that_is_out_of_order_ends_with_75(self, console: Console) -> None:
        console.run()
        fault = {"match": {"path": "getlistitemchanges"}, "reply": {"status": 503, "headers": {"Retry-After": "900"}}}
        console.team.emulator.faults([fault])
        assert console.run("--max-wait", "1")[0] == 75

    @pytest.mark.parametrize("missing", ["--site-url", "--list", "--output"])
    def test_what_must_be_given_is_a_matter_of_usage(self, missing: str, capsys: pytest.CaptureFixture[str]) -> None:
        given = {"--site-url": "https://x.example", "--list": "Tasks", "--output": "o"}
        kept = [word for name, value in given.items() if name != missing for word in (name, value)]
        with pytest.raises(SystemExit) as left:
            main(["pull", "list", *kept])
        assert left.value.code == 2
        assert f"required: {missing}" in capsys.readouterr().err
