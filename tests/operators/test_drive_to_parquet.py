"""DriveDeltaToParquetOperator in a real Airflow, against the emulator: what people see of it, run after run."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.dataset as ds
import pytest
import requests

from tests.conftest import EXPIRED, SECRET, Contoso
from tests.play import Airflow

COUNTS = ("kind", "increment", "inserted", "updated", "deleted")


def counts(summary: dict[str, object]) -> tuple[object, ...]:
    return tuple(summary[name] for name in COUNTS)


def rows(summary: dict[str, object]) -> int:
    return int(ds.dataset(f"{summary['path']}/changes", format="parquet").count_rows())


def test_first_read_then_an_increment_then_quiet(airflow: Airflow, contoso: Contoso, pull: dict[str, object]) -> None:
    """H3: none of the runs has a logical date."""
    drive = contoso.emulator.drive
    first = airflow.play(**pull)
    assert (first.state, counts(first.summary)) == ("success", ("initial", 1, 4, 0, 0))
    assert rows(first.summary) == 4

    drive.edit(drive.find("/Reports/a.txt").id, b"new content")
    drive.delete(drive.find("/Reports/b.txt").id)
    second = airflow.play(**pull)
    assert second.summary["kind"] == "incremental"
    assert (second.summary["increment"], second.summary["deleted"]) == (2, 1)
    assert rows(second.summary) == 4 + int(str(second.summary["rows"]))

    contoso.emulator.clear_requests()
    third = airflow.play(**pull)
    assert counts(third.summary) == ("quiet", None, 0, 0, 0)
    asked = [request for request in contoso.emulator.requests if request.path.startswith("/v1.0")]
    assert len(asked) == 1


def test_a_run_with_a_logical_date_is_an_increment_like_any_other(airflow: Airflow, pull: dict[str, object]) -> None:
    run = airflow.play(**pull, logical_date=datetime(2026, 1, 1, tzinfo=UTC))
    assert counts(run.summary) == ("initial", 1, 4, 0, 0)


def test_the_variable_tells_a_person_where_the_feed_stopped(airflow: Airflow, pull: dict[str, object]) -> None:
    run = airflow.play(**pull)
    variable = airflow.variable()
    assert variable is not None
    assert variable["key"] == f"drivedelta__{run.summary['feed']}"
    assert "Where DriveDelta stopped" in str(variable["description"])
    assert (variable["increment"], variable["rev"]) == (1, 1)
    assert str(variable["run"]).endswith("/pull")


def test_the_link_leads_to_the_drive_after_runs_that_brought_something(
    airflow: Airflow, pull: dict[str, object]
) -> None:
    first, quiet = airflow.play(**pull), airflow.play(**pull)
    assert str(first.xcoms["drivedelta_drive"]).startswith("https://")
    assert quiet.xcoms["drivedelta_drive"] == ""


class TestAssets:
    def test_the_alias_fires_only_when_something_was_published(self, airflow: Airflow, pull: dict[str, object]) -> None:
        first, quiet = airflow.play(**pull, asset_alias="changes"), airflow.play(**pull, asset_alias="changes")
        assert first.events == [(f"file://{first.summary['path']}", first.summary)]
        assert quiet.events == []

    def test_an_alias_among_the_outlets_is_as_good(self, airflow: Airflow, pull: dict[str, object]) -> None:
        run = airflow.play(**pull, raw="outlets=[AssetAlias('changes')]")
        assert [extra for _, extra in run.events] == [run.summary]

    def test_a_concrete_outlet_fires_on_every_success_and_says_what_there_was(
        self, airflow: Airflow, pull: dict[str, object]
    ) -> None:
        airflow.play(**pull, raw="outlets=[Asset('file:///mine')]")
        quiet = airflow.play(**pull, raw="outlets=[Asset('file:///mine')]")
        assert quiet.events == [("file:///mine", quiet.summary)]

    def test_skip_if_unchanged_keeps_concrete_outlets_silent(self, airflow: Airflow, pull: dict[str, object]) -> None:
        arguments = pull | {"raw": "outlets=[Asset('file:///mine')]", "skip_if_unchanged": True}
        first, quiet = airflow.play(**arguments), airflow.play(**arguments)
        assert (first.state, len(first.events)) == ("success", 1)
        assert (quiet.state, quiet.events) == ("skipped", [])

    def test_a_dry_run_reads_and_leaves_nothing(
        self, airflow: Airflow, pull: dict[str, object], tmp_path: Path
    ) -> None:
        run = airflow.play(**pull, dry_run=True, asset_alias="changes")
        assert (run.state, run.summary["inserted"], run.events) == ("success", 4, [])
        assert airflow.variable() is None
        assert not (tmp_path / "lake").exists()


class TestFullReload:
    @pytest.mark.parametrize(
        ("arguments", "conf", "kind"),
        [
            ({"full_reload": True}, None, "reload"),
            ({"full_reload": "{{ dag_run.conf.get('again', False) }}"}, None, "quiet"),
            ({"full_reload": "{{ dag_run.conf.get('again', False) }}"}, {"again": True}, "reload"),
            ({}, {"full_reload": True}, "reload"),
            ({}, {"full_reload": False}, "quiet"),
        ],
    )
    def test_it_is_asked_for_by_argument_or_by_the_runs_conf(
        self,
        airflow: Airflow,
        pull: dict[str, object],
        arguments: dict[str, object],
        conf: dict[str, object] | None,
        kind: str,
    ) -> None:
        airflow.play(**pull)
        assert airflow.play(**pull, **arguments, conf=conf).summary["kind"] == kind

    def test_another_word_is_not_guessed_at(self, airflow: Airflow, pull: dict[str, object]) -> None:
        run = airflow.play(**pull, full_reload="perhaps")
        assert run.state == "failed"
        assert "full_reload is 'perhaps'. Say true or false." in run.log


class TestVariableTrouble:
    """E5, in a real metadata database."""

    def test_a_missing_variable_is_recovered_from_the_log_of_the_data(
        self, airflow: Airflow, pull: dict[str, object]
    ) -> None:
        """E5."""
        airflow.play(**pull)
        airflow.delete_variables()
        again = airflow.play(**pull)
        assert (again.state, again.summary["inserted"]) == ("success", 0)
        assert "going on from increment 1 of its log" in again.log
        assert airflow.variable() is not None

    def test_a_stale_variable_does_not_bring_changes_twice(
        self, airflow: Airflow, contoso: Contoso, pull: dict[str, object]
    ) -> None:
        """E5. The Variable is set back by hand to what it was an increment ago."""
        airflow.play(**pull)
        stale = airflow.variable_text()
        contoso.emulator.drive.create_file("d.txt", b"d")
        second = airflow.play(**pull)
        airflow.set_variable(f"drivedelta__{second.summary['feed']}", stale)
        third = airflow.play(**pull)
        assert (third.state, third.summary["rows"]) == ("success", 0)
        assert rows(third.summary) == rows(second.summary)
        variable = airflow.variable()
        assert variable is not None
        assert variable["increment"] == 2

    def test_a_variable_shadowed_by_the_environment_fails_instead_of_reading_the_same_for_ever(
        self, airflow: Airflow, contoso: Contoso, pull: dict[str, object], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """E5."""
        first = airflow.play(**pull)
        name = f"AIRFLOW_VAR_DRIVEDELTA__{str(first.summary['feed']).upper()}"
        monkeypatch.setenv(name, airflow.variable_text())
        contoso.emulator.drive.create_file("d.txt", b"d")
        run = airflow.play(**pull)
        assert run.state == "failed"
        assert f"{name} hides it: remove it there. No data is lost." in run.log

    @pytest.mark.parametrize("spoiled", ["***", '{"delta_token": ', "masked"])
    def test_a_spoiled_variable_says_how_to_recover(
        self, airflow: Airflow, pull: dict[str, object], spoiled: str
    ) -> None:
        """E5. `masked` is what saving the Variable from the UI would make of it."""
        first = airflow.play(**pull)
        text = airflow.variable_text()
        masked = json.dumps(json.loads(text) | {"delta_token": "***"})
        airflow.set_variable(f"drivedelta__{first.summary['feed']}", masked if spoiled == "masked" else spoiled)
        run = airflow.play(**pull)
        assert run.state == "failed"
        assert "Delete it: the next run recovers the token from the log beside the data." in run.log
        airflow.delete_variables()
        assert airflow.play(**pull).state == "success"

    def test_a_full_reload_replaces_a_spoiled_variable(self, airflow: Airflow, pull: dict[str, object]) -> None:
        """E5."""
        first = airflow.play(**pull)
        airflow.set_variable(f"drivedelta__{first.summary['feed']}", "***")
        assert airflow.play(**pull, full_reload=True).summary["kind"] == "reload"
        assert airflow.play(**pull).summary["kind"] == "quiet"

    def test_the_store_beside_the_output_needs_no_variable(self, airflow: Airflow, pull: dict[str, object]) -> None:
        airflow.play(**pull, token_store="output")
        assert airflow.play(**pull, token_store="output").summary["kind"] == "quiet"
        assert airflow.variable() is None


class TestWhatGoesWrong:
    """Each ends in an error of the right kind: `failed` at the first try, or retried when that may help."""

    @pytest.mark.parametrize(
        ("connection", "says"),
        [
            ({"password": EXPIRED}, "client secret has expired"),
            ({"password": "guess-of-a-secret"}, "client secret is wrong"),
            ({"tenant_id": "fabrikam.com"}, "tenant"),
            ({"login": "nobody"}, "application is unknown in this tenant"),
            ({"tenant_id": ""}, "lacks 'Tenant ID'"),
        ],
    )
    def test_a_connection_that_must_be_mended_fails_at_once(
        self, airflow: Airflow, contoso: Contoso, pull: dict[str, object], connection: dict[str, str], says: str
    ) -> None:
        airflow.connect(**contoso.signing_in(**connection))
        run = airflow.play(**pull, retries=1, raw="retry_delay=timedelta(0)")
        assert (run.state, run.tries) == ("failed", 1)
        assert says in run.log
        assert airflow.variable() is None

    @pytest.mark.parametrize(
        ("source", "says"),
        [("drives/b!nosuchdrive", "knows no such drive"), ("closed", "may not read this"), ("a/b/c", "names no drive")],
    )
    def test_a_drive_that_cannot_be_read_fails_at_once(
        self, airflow: Airflow, contoso: Contoso, pull: dict[str, object], source: str, says: str
    ) -> None:
        closed = f"drives/{contoso.emulator.drives[1].id}"
        run = airflow.play(**pull | {"source": closed if source == "closed" else source}, retries=1)
        assert (run.state, run.tries) == ("failed", 1)
        assert says in run.log

    def test_a_service_that_throttles_longer_than_max_wait_is_tried_again_later(
        self, airflow: Airflow, contoso: Contoso, pull: dict[str, object]
    ) -> None:
        contoso.emulator.faults(
            [{"match": {"path": "/delta", "times": 1}, "reply": {"status": 429, "headers": {"Retry-After": "3000"}}}]
        )
        run = airflow.play(**pull, max_wait=1, retries=1, raw="retry_delay=timedelta(0)")
        assert (run.state, run.tries) == ("success", 2)
        assert "asks for 3000 s more" in run.log

    def test_an_unknown_token_store_is_found_when_the_dag_is_parsed(self, airflow: Airflow) -> None:
        from airflow_provider_drivedelta.operators import DriveDeltaToParquetOperator

        with pytest.raises(ValueError, match="'variable' or 'output'"):
            DriveDeltaToParquetOperator(task_id="t", source="me", output="o", token_store="vault")  # type: ignore[arg-type]


class TestUse:
    def test_mapped_over_drives_one_of_them_broken(
        self, airflow: Airflow, contoso: Contoso, pull: dict[str, object], tmp_path: Path
    ) -> None:
        """H4."""
        sources = [contoso.source, "drives/b!nosuchdrive"]
        run = airflow.play(output=str(tmp_path / "lake"), expand={"source": sources})
        assert sorted(run.states) == ["failed", "success"]
        assert {str(fields["source"]) for fields in run.rendered} == set(sources)
        variable = airflow.variable()
        assert variable is not None
        assert str(variable["run"]).endswith("/pull[0]")

    def test_the_drive_may_be_addressed_by_whose_it_is(
        self, airflow: Airflow, contoso: Contoso, pull: dict[str, object]
    ) -> None:
        by_id = airflow.play(**pull)
        by_user = airflow.play(**pull | {"source": "users/ada@contoso.com"})
        assert by_user.summary["feed"] == by_id.summary["feed"]
        assert by_user.summary["kind"] == "quiet"

    def test_a_long_read_tells_how_far_it_has_come(
        self, airflow: Airflow, contoso: Contoso, pull: dict[str, object]
    ) -> None:
        with contoso.emulator.drive.batch():
            for number in range(60):
                contoso.emulator.drive.create_file(f"{number}.txt", b"")
        assert "50 pages, 50 items so far" in airflow.play(**pull, page_size=1).log

    def test_a_drive_may_be_given_as_such(self, airflow: Airflow, contoso: Contoso, pull: dict[str, object]) -> None:
        del pull["source"]
        run = airflow.play(**pull, raw=f"source=Drive('drives', {contoso.emulator.drive.id!r})")
        assert run.state == "success"

    def test_select_may_be_a_list_or_a_text_with_commas(self, airflow: Airflow, pull: dict[str, object]) -> None:
        assert airflow.play(**pull, select=["size", "webUrl"]).state == "success"
        assert airflow.play(**pull, select="size, webUrl").summary["kind"] == "quiet"

    def test_an_existing_msgraph_connection_is_enough(
        self, airflow: Airflow, contoso: Contoso, pull: dict[str, object]
    ) -> None:
        fields = contoso.signing_in(verify=contoso.emulator.ca_file, disable_instance_discovery=True)
        host = contoso.emulator.https_url.removeprefix("https://")
        airflow.connect("graph", **fields | {"conn_type": "msgraph", "schema": "https", "host": host})
        assert airflow.play(**pull, drivedelta_conn_id="graph").state == "success"


def test_nothing_secret_is_left_anywhere(
    airflow: Airflow, contoso: Contoso, pull: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    """H5. Good runs and bad ones, at the most talkative level: log, XCom, asset events, rendered fields, errors."""
    caplog.set_level(logging.DEBUG)
    drive, seen, secrets = contoso.emulator.drive, "", {SECRET, "guess-of-a-secret", "r3ady-bearer-token"}
    runs: list[tuple[dict[str, object], list[object]]] = [
        (contoso.signing_in(), []),
        (contoso.with_token(), []),
        (contoso.signing_in(password="guess-of-a-secret"), []),
        (contoso.signing_in(), [{"match": {"path": "/delta"}, "transfer": {"cut_after": 20}}]),
        (
            contoso.signing_in(),
            [{"match": {"path": "/delta"}, "reply": {"status": 429, "headers": {"Retry-After": "9"}}}],
        ),
        (contoso.signing_in(), [{"match": {"path": "/delta"}, "reply": {"status": 404}}]),
        (contoso.signing_in(), [{"match": {"path": "/delta"}, "page": {"links": "https://elsewhere.example"}}]),
    ]
    for number, (connection, faults) in enumerate(runs):
        drive.create_file(f"file {number}.txt", b"x")
        airflow.connect(**connection)
        contoso.emulator.clear_faults()
        contoso.emulator.faults(faults)
        seen += airflow.play(**pull, asset_alias="changes", max_wait=1).everything
        variable = airflow.variable()
        secrets |= {str((variable or {}).get("delta_token") or SECRET)}
    feed = f"{contoso.emulator.url}/v1.0/{contoso.source}/root/delta"
    page = requests.get(feed, headers={"Authorization": "Bearer x"})
    secrets |= {url for item in page.json()["value"] if (url := item.get("@microsoft.graph.downloadUrl"))}
    secrets |= {link.partition("token=")[2] for link in secrets if "token=" in link}
    secrets |= {"/_download/", "Bearer ", "?token=", "(token='"}
    met = ("cut off", "throttling", "404", "elsewhere.example", "secret is wrong")
    assert [word for word in met if word not in seen] == []
    leaks = {secret for secret in secrets if secret in seen}
    assert not leaks
