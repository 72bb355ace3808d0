"""Airflow finds the provider, believes its description, and can import all that it names."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.resources
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import jsonschema
import pytest

from airflow_provider_drivedelta import __version__, get_provider_info
from airflow_provider_drivedelta.hooks.form import LABELS

PACKAGE = "airflow-provider-drivedelta"


def schema(name: str) -> dict[str, object]:
    text = (importlib.resources.files("airflow") / name).read_text()
    loaded: dict[str, object] = json.loads(text)
    return loaded


def test_the_description_fits_airflows_own_schema() -> None:
    jsonschema.validate(get_provider_info(), schema("provider_info.schema.json"))


def test_the_form_fits_the_stricter_schema_of_airflows_own_providers() -> None:
    wanted = schema("provider.yaml.schema.json")["properties"]["connection-types"]  # type: ignore[index]
    jsonschema.validate(get_provider_info()["connection-types"], wanted)


def test_the_entry_point_leads_here() -> None:
    points = importlib.metadata.entry_points(group="apache_airflow_provider", name="provider_info")
    assert get_provider_info in [point.load() for point in points]


def named(info: object) -> Iterator[str]:
    """Every dotted name of ours, however deep."""
    if isinstance(info, dict):
        info = list(info.values())
    if isinstance(info, list):
        for part in info:
            yield from named(part)
    elif isinstance(info, str) and info.startswith("airflow_provider_drivedelta."):
        yield info


def test_everything_named_can_be_imported() -> None:
    names = set(named(get_provider_info()))
    assert names
    for name in names:
        module, _, last = name.rpartition(".")
        assert hasattr(importlib.import_module(module), last) or importlib.import_module(name)


def test_asking_for_the_description_imports_nothing_heavy() -> None:
    code = "import sys, airflow_provider_drivedelta as p; p.get_provider_info(); print(*sorted(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules = run.stdout.split()
    assert not {"airflow", "requests", "msal", "pyarrow", "duckdb", "pandas"} & set(modules)


@pytest.mark.usefixtures("airflow_home")
class TestInAirflow:
    def test_the_provider_manager_lists_it_with_form_and_link(self) -> None:
        from airflow.providers_manager import ProvidersManager
        from airflow.sdk.providers_manager_runtime import ProvidersManagerTaskRuntime

        manager = ProvidersManager()
        assert manager.providers[PACKAGE].version == __version__
        hook = ProvidersManagerTaskRuntime().hooks["drivedelta"]
        assert hook is not None
        assert (hook.connection_id_attribute_name, hook.connection_testable) == ("drivedelta_conn_id", True)
        assert "airflow_provider_drivedelta.links.DriveLink" in manager.extra_links_class_names
        behaviour = manager.field_behaviours["drivedelta"]
        assert behaviour["hidden_fields"] == ["schema", "port"]
        assert behaviour["relabeling"]["login"] == LABELS["login"]

    def test_the_forms_secrets_are_secret_and_its_fields_in_order(self) -> None:
        from airflow.providers_manager import ProvidersManager

        prefix = "extra__drivedelta__"
        found = ProvidersManager().connection_form_widgets
        widgets = {name.removeprefix(prefix): widget for name, widget in found.items() if prefix in name}
        assert list(widgets)[:3] == ["tenant_id", "certificate_path", "private_key"]
        assert [name for name, widget in widgets.items() if widget.is_sensitive] == ["private_key"]

    def test_airflow_hides_the_private_key_wherever_it_shows_an_extra(self) -> None:
        """H5. The key's name decides: `certificate_data` would be shown in clear."""
        from airflow.providers.common.compat.sdk import redact

        shown = redact({"private_key": "k3y", "access_token": "t0ken", "tenant_id": "contoso.com"})
        assert shown == {"private_key": "***", "access_token": "***", "tenant_id": "contoso.com"}

    @pytest.mark.parametrize(
        ("command", "shown"),
        [
            (["get", PACKAGE], PACKAGE),
            (["hooks"], "DriveDeltaHook"),
            (["widgets"], "extra__drivedelta__tenant_id"),
            (["behaviours"], "drivedelta"),
            (["links"], "airflow_provider_drivedelta.links.DriveLink"),
        ],
    )
    def test_airflows_console_shows_it(
        self, command: list[str], shown: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        from airflow.cli.cli_parser import get_parser

        arguments = get_parser().parse_args(["providers", *command, "--output", "json"])
        arguments.func(arguments)
        assert shown in capsys.readouterr().out


def test_parsing_the_example_loads_none_of_the_heavy_libraries(tmp_path: Path) -> None:
    dag = Path(__file__).parents[1] / "dags" / "drive_to_parquet.py"
    code = f"import runpy, sys; runpy.run_path({str(dag)!r}); print(*sorted(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(run.stdout.split())
    assert "airflow_provider_drivedelta.operators" in loaded
    heavy = {"pyarrow", "duckdb", "msal", "pandas", "airflow_provider_drivedelta.core.capture"}
    assert not heavy & loaded


class StandInField:
    """What Airflow 3.1's API server puts in the place of the fields of wtforms."""

    def __init__(self, label: str, description: str, default: object) -> None:
        self.label, self.description, self.default = label, description, default


def test_airflow_3_1_gets_the_same_form(monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow_provider_drivedelta.hooks.drivedelta import DriveDeltaHook

    kinds = {name: type(name, (StandInField,), {}) for name in ("StringField", "PasswordField", "BooleanField")}
    monkeypatch.setitem(sys.modules, "wtforms", SimpleNamespace(**kinds))  # type: ignore[arg-type]
    widgets = DriveDeltaHook.get_connection_form_widgets()
    shown = {name: type(widget).__name__ for name, widget in widgets.items() if type(widget).__name__ != "StringField"}
    assert shown == {"private_key": "PasswordField", "verify": "BooleanField"}
    assert {name: vars(widget)["label"] for name, widget in widgets.items()}.items() <= LABELS.items()
    jsonschema.validate(DriveDeltaHook.get_ui_field_behaviour(), schema("customized_form_field_behaviours.schema.json"))
