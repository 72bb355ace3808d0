"""docs/sign-in.md names the ways, fields, options and clouds there are; its Connections are read."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from airflow_provider_drivedelta.cli import _parser
from airflow_provider_drivedelta.console import credentials
from airflow_provider_drivedelta.core.hosts import CLOUDS
from airflow_provider_drivedelta.hooks.connection import read_settings
from airflow_provider_drivedelta.hooks.form import LABELS, WAYS
from airflow_provider_drivedelta.hooks.refresh_tokens import PREFIX
from tests.certificates import Issued
from tests.docs.pages import DOCS, blocks, tables
from tests.hooks.test_connection import FakeConnection

PAGE = "sign-in.md"
TEXT = (DOCS / PAGE).read_text()


def test_every_way_has_its_row() -> None:
    assert {row[0].strip("`") for row in tables(PAGE)["`sign_in`"]} == set(WAYS)


def test_every_field_that_proves_something_is_named_as_in_the_form() -> None:
    told = " ".join(row[2] for row in tables(PAGE)["`sign_in`"])
    proving = {"login", "password", "tenant_id", "certificate_path", "private_key", "passphrase", "refresh_token"}
    assert [
        name for name in proving | {"workload_identity_file", "resource_id", "object_id"} if LABELS[name] not in told
    ] == []


def test_every_word_of_the_console_is_one() -> None:
    told = " ".join(row[3] for row in tables(PAGE)["`sign_in`"])
    variables = {credentials.ACCESS_TOKEN, credentials.CLIENT_SECRET, credentials.PASSPHRASE}
    assert set(re.findall(r"DRIVEDELTA_\w+", told)) == variables
    options = {f"--{name.replace('_', '-')}" for name in credentials.SignIn.__dataclass_fields__}
    assert set(re.findall(r"--[\w-]+", told)) <= options


def test_every_cloud_has_its_row() -> None:
    told = [tuple(cell.strip("`") for cell in row) for row in tables(PAGE)["`cloud`"]]
    assert told == [
        (cloud.name, cloud.graph, cloud.sign_in.removeprefix("https://"), cloud.sharepoint) for cloud in CLOUDS
    ]


def test_its_connections_are_read(tmp_path: Path) -> None:
    pfx, token = tmp_path / "drivedelta.pfx", tmp_path / "token"
    pfx.write_bytes(Issued.now().pfx("…"))
    pod = {"AZURE_FEDERATED_TOKEN_FILE": str(token), "AZURE_CLIENT_ID": "c", "AZURE_TENANT_ID": "t"}
    ways = []
    for block in blocks(PAGE, "json", tmp_path):
        shown = json.loads(block.replace("/etc/airflow/drivedelta.pfx", str(pfx)))
        fields = {"login": None, "password": None} | shown | {"extra": json.dumps(shown["extra"])}
        ways.append(type(read_settings(FakeConnection(**fields), environment=pod).credential).__name__)
    assert ways == ["Certificate", "ManagedIdentity", "WorkloadIdentity"]


def test_its_commands_are_taken(tmp_path: Path) -> None:
    (block,) = blocks(PAGE, "bash", tmp_path)
    asked = [_parser().parse_args(shlex.split(line)[1:]) for line in block.splitlines()]
    assert [options.client_id is not None for options in asked] == [True, False]
    assert asked[0].wait == 15 * 60
    assert str(asked[1].sign_in_file) == "me.json"


def test_the_variable_is_called_as_it_says() -> None:
    assert f"`{PREFIX}<connection id>`" in TEXT


@pytest.mark.parametrize("name", ["FEDERATED_TOKEN_FILE", "CLIENT_ID", "TENANT_ID", "AUTHORITY_HOST"])
def test_what_comes_from_the_pod_is_named(name: str) -> None:
    assert f"`AZURE_{name}`" in TEXT
