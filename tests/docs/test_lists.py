"""docs/lists.md says what the code does; its DAG is the one in dags/, which is played elsewhere."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from airflow_provider_drivedelta.cli import main
from airflow_provider_drivedelta.core.lists.fields import Field
from airflow_provider_drivedelta.core.lists.headline import HEADLINE
from airflow_provider_drivedelta.core.lists.kinds import ARROW_TYPES, kind_of
from airflow_provider_drivedelta.core.protocols.change_log import TOKEN_LIFE
from airflow_provider_drivedelta.core.protocols.query_options import complete
from airflow_provider_drivedelta.emulator import Field as EmulatedField
from tests.docs.pages import DOCS, blocks, tables
from tests.team_site import Team, serve_team

PAGE = "lists.md"
TEXT = (DOCS / PAGE).read_text()


@pytest.fixture
def team() -> Iterator[Team]:
    with serve_team() as team:
        yield team


def run(line: str, team: Team) -> int:
    line = line.replace(" URL", f" {team.open_site}").replace(" LIST", f' "{team.tasks.title}"')
    program, *arguments = shlex.split(line)
    assert program == "drivedelta"
    return main(arguments)


@pytest.fixture
def ready_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIVEDELTA_ACCESS_TOKEN", "r3ady-bearer-token")


def test_the_dags_are_those_that_are_played() -> None:
    first, *_, last = blocks(PAGE, "python", Path("/data/lake"))
    shown = [(DOCS.parent / "dags" / f"{name}.py").read_text() for name in ("list_to_parquet", "reconcile_list_weekly")]
    assert [first, last] == shown


def test_every_type_is_the_one_in_the_table() -> None:
    rows = {types: arrow.strip("`") for types, arrow, _ in tables(PAGE)["field type"]}
    for types, arrow in rows.items():
        if arrow == "the type of its result":
            continue
        for name in re.findall(r"`(\w+)`", types):
            day = "date only" in types
            several = name.endswith("Multi")
            field = Field(name=name, display=name, type=name, multiple=several, date_only=day)
            kind, _ = kind_of(field, zone_known=True)
            assert str(ARROW_TYPES[kind]) == arrow, name
    assert set(rows.values()) - {"the type of its result"} == set(map(str, ARROW_TYPES.values())) - {"uint64"}
    assert kind_of(Field("D", "D", "DateTime", date_only=True), zone_known=False)[0] == "datetime"
    assert kind_of(Field("A", "A", "Attachments"), zone_known=True, attachment_urls=False)[0] == "boolean"


def test_the_headline_columns_are_these() -> None:
    told = re.search(r"Every list has these, in this order: (.*?)\. They", TEXT, re.DOTALL)
    assert told
    assert re.findall(r"`(\w+)`", told[1]) == HEADLINE.names


def test_the_query_options_are_those_that_are_taken() -> None:
    told = re.search(r"`query_options` are SharePoint's, by name: (.*?)\. They", TEXT, re.DOTALL)
    assert told
    given = dict.fromkeys(re.findall(r"`(\w+)`", told[1]), "TRUE") | {
        "Folder": "/x",
        "Scope": "",
        "OptimizeFor": "ItemIds",
    }
    assert complete(given)["DateInUtc"] == "TRUE"


def test_the_tokens_age_is_the_one_of_the_code() -> None:
    assert f"older than {TOKEN_LIFE.days} days" in TEXT


def test_the_caml_is_xml_and_finds_items(team: Team, tmp_path: Path, ready_token: None) -> None:
    (query,) = blocks(PAGE, "xml", tmp_path)
    assert ElementTree.fromstring(query).tag == "Query"
    line = f"drivedelta pull list --site-url URL --list LIST --output {tmp_path}"
    assert run(f"{line} --query {shlex.quote(query.strip())}", team) == 0


def test_the_commands_and_the_python_run(
    team: Team, tmp_path: Path, ready_token: None, capsys: pytest.CaptureFixture[str]
) -> None:
    (commands,) = blocks(PAGE, "bash", tmp_path / "lake")
    all_fields, some = commands.splitlines()
    assert (run(all_fields, team), run(some, team)) == (0, 0)
    feed = Path(json.loads(capsys.readouterr().out.splitlines()[-1])["path"])
    assert "--" in feed.name  # a narrowed feed has a folder of its own
    (whole,) = (tmp_path / "lake").iterdir()
    _, code, _ = blocks(PAGE, "python", tmp_path / "lake")
    exec(compile(code.replace("list-…", whole.name), PAGE, "exec"), {})
    assert "due_date is Due date\n" in capsys.readouterr().out


def test_the_command_that_reconciles_gives_its_verdict(
    team: Team, tmp_path: Path, ready_token: None, capsys: pytest.CaptureFixture[str]
) -> None:
    told = re.search(r"`(drivedelta reconcile list .*?)`", TEXT)
    assert told
    assert run(told[1].replace("/data/lake", str(tmp_path / "lake")), team) == 0
    assert capsys.readouterr().out.startswith("in sync")


def test_a_field_that_is_added_is_told_of_and_everything_read_again(
    team: Team, tmp_path: Path, ready_token: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """B9, G2."""
    line = f"drivedelta pull list --site-url URL --list LIST --output {tmp_path} --json"
    run(line, team)
    team.tasks.add_field(EmulatedField("Effort", "Number"))
    team.tasks.edit(1, {"Effort": 2})
    capsys.readouterr()
    assert run(line, team) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["kind"], told["schema_changed"], told["rows"]) == ("resync", True, 1)
