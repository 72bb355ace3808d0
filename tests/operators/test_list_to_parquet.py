"""SharePointListDeltaToParquetOperator in a real Airflow, against the emulator."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from airflow_provider_drivedelta.operators import SharePointListDeltaToParquetOperator
from tests.conftest import SECRET
from tests.play import DAG_FILE, Airflow, Played
from tests.team_site import TITLES, Team

NAME = "SharePointListDeltaToParquetOperator"
FEED_CALLS = {"sharepoint": "getlistitemchangessincetoken", "graph": "/items/delta"}


@pytest.fixture
def pull(airflow: Airflow, team: Team, tmp_path: Path) -> dict[str, object]:
    """The arguments of the simplest use; the Connection is there."""
    airflow.connect(**team.certified())
    return {"operator": NAME, "site": team.site, "list": "Ann's tasks", "output": str(tmp_path / "lake")}


def rows(run: Played, *columns: str) -> list[tuple[object, ...]]:
    """The change records of the increment that the run published."""
    found = pq.read_table(f"{run.summary['path']}/changes").to_pylist()
    return [tuple(row[name] for name in columns) for row in found if row["_increment"] == run.summary["increment"]]


@pytest.mark.parametrize("protocol", ["sharepoint", "graph"])
class TestRunAfterRun:
    def test_first_read_then_an_increment_then_quiet(
        self, airflow: Airflow, team: Team, pull: dict[str, object], protocol: str
    ) -> None:
        """H3: none of the runs has a logical date."""
        pull["protocol"] = protocol
        first = airflow.play(**pull, asset_alias="changes")
        assert (first.state, first.summary["kind"], first.summary["protocol"]) == ("success", "initial", protocol)
        assert rows(first, "_op", "title", "state") == [("insert", title, "open") for title in TITLES]
        assert [extra for _, extra in first.events] == [first.summary]

        team.tasks.edit(1, {"State": "done"})
        team.tasks.delete(2)
        second = airflow.play(**pull, asset_alias="changes")
        assert sorted(rows(second, "_op", "title", "state")) == [
            ("delete", TITLES[1], "open"),
            ("update", TITLES[0], "done"),
        ]

        team.emulator.clear_requests()
        third = airflow.play(**pull, asset_alias="changes")
        assert (third.summary["kind"], third.summary["increment"], third.events) == ("quiet", None, [])
        assert team.asked_for(FEED_CALLS[protocol]) == 1

    def test_a_refused_token_is_made_up_for_in_the_same_run(
        self, airflow: Airflow, team: Team, pull: dict[str, object], protocol: str
    ) -> None:
        """B8."""
        pull["protocol"] = protocol
        airflow.play(**pull)
        team.tasks.delete(2)
        team.emulator.expire()
        run = airflow.play(**pull)
        assert (run.state, run.summary["kind"]) == ("success", "resync")
        assert rows(run, "_op", "_cause", "title") == [("delete", "absent", TITLES[1])]
        assert airflow.play(**pull).summary["kind"] == "quiet"

    @pytest.mark.parametrize(
        ("named", "page"),
        [
            ("Ann's tasks", "/sites/team/_layouts/15/viewlsts.aspx"),
            ("/sites/team/Lists/Tasks/AllItems.aspx", "/sites/team/Lists/Tasks"),
        ],
    )
    def test_the_link_leads_to_the_list_or_to_all_of_its_site(
        self, airflow: Airflow, team: Team, pull: dict[str, object], protocol: str, named: str, page: str
    ) -> None:
        address = f"{team.emulator.https_url}{named}" if named.startswith("/") else named
        run = airflow.play(**pull | {"list": address}, protocol=protocol)
        assert run.state == "success"
        assert run.xcoms["drivedelta_list"] == f"{team.emulator.https_url}{page}"

    def test_a_dry_run_reads_and_leaves_nothing(
        self, airflow: Airflow, pull: dict[str, object], tmp_path: Path, protocol: str
    ) -> None:
        run = airflow.play(**pull, protocol=protocol, dry_run=True, asset_alias="changes")
        assert (run.state, run.summary["inserted"], run.events) == ("success", 3, [])
        assert airflow.variable() is None
        assert not (tmp_path / "lake").exists()


class TestArguments:
    def test_they_are_templates_as_far_as_they_say_so(self, airflow: Airflow, pull: dict[str, object]) -> None:
        conf = {name: pull[name] for name in ("site", "list", "output")} | {"fields": "State, Due_x0020_date"}
        templates = {name: f"{{{{ dag_run.conf.{name} }}}}" for name in conf}
        run = airflow.play(**{"operator": NAME} | templates, conf=conf)
        assert {name: run.rendered[0][name] for name in ("site", "list", "fields")} == {
            name: conf[name] for name in ("site", "list", "fields")
        }
        assert rows(run, "title", "state")[0] == (TITLES[0], "open")

    def test_which_fields_there_are_and_what_columns_are_called(
        self, airflow: Airflow, pull: dict[str, object]
    ) -> None:
        run = airflow.play(**pull, fields=["Due_x0020_date"], column_names="display")
        columns = pq.read_table(f"{run.summary['path']}/changes").column_names
        assert "due_date" in columns
        assert "state" not in columns

    def test_a_query_narrows_what_is_captured(self, airflow: Airflow, pull: dict[str, object]) -> None:
        query = '<Query><Where><Eq><FieldRef Name="Title"/><Value Type="Text">Dig a hole</Value></Eq></Where></Query>'
        run = airflow.play(**pull, query=query)
        assert rows(run, "title") == [("Dig a hole",)]

    def test_a_full_reload_is_asked_for_by_argument_or_by_the_runs_conf(
        self, airflow: Airflow, pull: dict[str, object]
    ) -> None:
        airflow.play(**pull)
        assert airflow.play(**pull, full_reload=True).summary["kind"] == "reload"
        assert airflow.play(**pull, conf={"full_reload": True}).summary["kind"] == "reload"
        assert airflow.play(**pull).summary["kind"] == "quiet"

    def test_the_token_is_in_a_variable_or_beside_the_data(self, airflow: Airflow, pull: dict[str, object]) -> None:
        airflow.play(**pull, token_store="output")
        assert airflow.variable() is None
        run = airflow.play(**pull)
        variable = airflow.variable()
        assert variable is not None
        assert (variable["key"], variable["increment"]) == (f"drivedelta__{run.summary['feed']}", 1)

    def test_skip_if_unchanged_names_the_list(self, airflow: Airflow, team: Team, pull: dict[str, object]) -> None:
        airflow.play(**pull)
        run = airflow.play(**pull, skip_if_unchanged=True)
        assert run.state == "skipped"
        assert f"Nothing changed in {team.site}, Ann's tasks" in run.log

    @pytest.mark.parametrize(
        "wrong", [{"protocol": "soap"}, {"column_names": "pretty"}, {"on_resync": "trigger"}, {"token_store": "vault"}]
    )
    def test_a_word_that_means_nothing_is_found_when_the_dag_is_parsed(self, wrong: dict[str, str]) -> None:
        with pytest.raises(ValueError, match=next(iter(wrong))):
            SharePointListDeltaToParquetOperator(task_id="t", site="s", list="l", output="o", **wrong)  # type: ignore[arg-type]

    def test_the_signature_names_what_every_parent_takes(self) -> None:
        """`help()`, notebooks and Sphinx go by it."""
        shown = inspect.signature(SharePointListDeltaToParquetOperator).parameters
        assert list(shown)[:3] == ["output", "site", "list"]
        assert {"protocol", "query_options", "on_resync", "token_store", "kwargs"} <= set(shown)
        assert "source" not in shown
        documented = "".join(parent.__doc__ or "" for parent in SharePointListDeltaToParquetOperator.__mro__)
        assert [name for name in shown if name != "kwargs" and f":param {name}:" not in documented] == []

    def test_what_must_be_given_is_named_and_may_come_from_default_args(self) -> None:
        with pytest.raises(TypeError, match="'output'"):
            SharePointListDeltaToParquetOperator(task_id="t", site="s", list="l")
        given = {"output": "o", "max_wait": 5.0, "site": "s", "protocol": "graph"}
        operator = SharePointListDeltaToParquetOperator(task_id="t", list="l", default_args=given)
        assert (operator.output_path, operator.max_wait, operator.site, operator.protocol) == ("o", 5.0, "s", "graph")

    def test_mapped_over_lists_one_of_them_not_there(
        self, airflow: Airflow, team: Team, pull: dict[str, object]
    ) -> None:
        """H4."""
        del pull["list"]
        run = airflow.play(**pull, expand={"list": ["Ann's tasks", "No such list"]})
        assert sorted(run.states) == ["failed", "success"]


class TestReload:
    def test_a_refused_token_is_left_to_the_dag_that_is_named(
        self, airflow: Airflow, team: Team, pull: dict[str, object]
    ) -> None:
        """One reload a dead token; its conf names the feed in the words of the arguments."""
        named = {name: pull[name] for name in ("site", "list", "output")}
        again = ", ".join(f"{name}='{{{{ dag_run.conf.{name} }}}}'" for name in named)
        file = airflow.home / "dags" / f"reload_{airflow.dag_id}.py"
        call = f"{NAME}(task_id='reload', {again})"
        file.write_text(DAG_FILE.format(dag_id=file.stem, call=call, schedule="None"))
        pull |= {"on_resync": "trigger", "reload_dag_id": file.stem}
        airflow.play(**pull)
        team.tasks.delete(2)
        team.emulator.expire()
        runs = [airflow.play(**pull) for _ in range(2)]
        assert [run.state for run in runs] == ["skipped", "skipped"]
        ((run_id, conf),) = airflow.runs_of(file.stem)
        assert conf == {"on_resync": "inline"} | named
        assert re.fullmatch(r"drivedelta_reload__list-[\w.~-]+-[0-9a-f]+", run_id)
        assert airflow.play_file(file, conf=conf).summary["kind"] == "resync"
        assert airflow.play(**pull).summary["kind"] == "quiet"
        file.unlink()

    def test_a_big_delete_is_held_back_until_the_runs_conf_confirms_it(
        self, airflow: Airflow, team: Team, pull: dict[str, object]
    ) -> None:
        for number in range(120):
            team.tasks.add({"Title": f"{number}"})
        airflow.play(**pull)
        for item in range(4, 124):
            team.tasks.delete(item)
        team.emulator.expire()
        held = airflow.play(**pull)
        found = re.search(r"confirm_deletes='(\w+)'", held.log)
        assert held.state == "failed"
        assert found
        confirmed = airflow.play(**pull, conf={"confirm_deletes": found[1]})
        assert (confirmed.state, confirmed.summary["deleted"]) == ("success", 120)


class TestWhatGoesWrong:
    """Each fails at the first try, with retries left."""

    def test_a_client_secret_is_refused_before_the_first_call_and_graph_takes_it(
        self, airflow: Airflow, team: Team, pull: dict[str, object]
    ) -> None:
        airflow.connect(**team.with_secret())
        run = airflow.play(**pull, retries=1, raw="retry_delay=timedelta(0)")
        assert (run.state, run.tries) == ("failed", 1)
        assert "Sign in with a certificate, or use protocol='graph', which takes secrets." in run.log
        assert SECRET not in run.everything
        assert team.emulator.requests == []
        assert airflow.play(**pull, protocol="graph").state == "success"

    @pytest.mark.parametrize(
        ("site", "says"),
        [
            ("https://contoso.sharepoint.com/sites/team", "not on a host of the connection"),
            ("https://elsewhere.example/sites/team", "not on a host of the connection"),
            ("contoso.sharepoint.com,5a58bb09,712a596e", "answers at the site's address, not at an id"),
        ],
    )
    def test_a_site_that_must_not_have_the_token_is_sent_nothing(
        self, airflow: Airflow, team: Team, pull: dict[str, object], site: str, says: str
    ) -> None:
        run = airflow.play(**pull | {"site": site}, retries=1, raw="retry_delay=timedelta(0)")
        assert (run.state, run.tries) == ("failed", 1)
        assert says in run.log
        assert team.emulator.requests == []

    @pytest.mark.parametrize("site", ["https://contoso.sharepoint.com/_api/v2.0", "https://api.onedrive.com/v1.0"])
    def test_a_connection_that_is_not_to_graph_is_refused_before_the_first_call(
        self, airflow: Airflow, team: Team, pull: dict[str, object], site: str
    ) -> None:
        """And over SharePoint's own protocol, a Connection to Graph is what all the others here have."""
        airflow.connect(host=site, extra=json.dumps({"access_token": "r3ady"}))
        run = airflow.play(**pull, protocol="graph", retries=1, raw="retry_delay=timedelta(0)")
        assert (run.state, run.tries) == ("failed", 1)
        assert "The base address is not Microsoft Graph's" in run.log

    def test_a_connection_to_the_sites_own_host_will_do(
        self, airflow: Airflow, team: Team, pull: dict[str, object]
    ) -> None:
        airflow.connect(host=f"{team.emulator.url}/_api/v2.0", extra=json.dumps({"access_token": "r3ady"}))
        assert airflow.play(**pull | {"site": team.open_site}).state == "success"

    @pytest.mark.parametrize("protocol", ["sharepoint", "graph"])
    def test_a_list_that_is_not_there(self, airflow: Airflow, pull: dict[str, object], protocol: str) -> None:
        run = airflow.play(
            **pull | {"list": "No such list", "protocol": protocol}, retries=1, raw="retry_delay=timedelta(0)"
        )
        assert (run.state, run.tries) == ("failed", 1)
        assert "list" in run.log
