"""Airflow finds the provider, believes its description, and can import all that it names."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.resources
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import jsonschema
import pytest

from airflow_provider_drivedelta import __version__, get_provider_info
from airflow_provider_drivedelta.hooks.form import LABELS

PACKAGE = "airflow-provider-drivedelta"

Row = dict[str, object]


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


@pytest.mark.parametrize(
    ("kind", "ancestor"),
    [
        ("hooks", "airflow.sdk.BaseHook"),
        ("operators", "airflow.sdk.BaseOperator"),
        ("sensors", "airflow.sdk.BaseSensorOperator"),
        ("triggers", "airflow.triggers.base.BaseTrigger"),
    ],
)
def test_the_modules_named_hold_what_they_are_named_for(kind: str, ancestor: str) -> None:
    module, _, name = ancestor.rpartition(".")
    ((entry,), kin) = get_provider_info()[kind], getattr(importlib.import_module(module), name)
    (found,) = entry["python-modules"]
    named = importlib.import_module(found)
    exported = getattr(named, "__all__", None) or [name for name in vars(named) if name.startswith("DriveDelta")]
    classes = [part for part in (getattr(named, name) for name in exported) if isinstance(part, type)]
    assert classes
    assert all(issubclass(part, kin) for part in classes)


def test_every_button_on_a_task_is_named() -> None:
    """Airflow shows no link that its provider does not name."""
    from airflow_provider_drivedelta import operators, sensors

    classes = [getattr(package, name) for package in (operators, sensors) for name in package.__all__]
    links = {type(link) for each in classes for link in each.operator_extra_links}
    assert {f"{link.__module__}.{link.__name__}" for link in links} == set(get_provider_info()["extra-links"])


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
        fields = get_provider_info()["connection-types"][0]["conn-fields"]
        assert list(widgets) == list(fields)
        secret = {name for name, widget in widgets.items() if widget.is_sensitive}
        assert secret == {"private_key", "passphrase", "refresh_token"}

    def test_airflow_hides_the_private_key_wherever_it_shows_an_extra(self) -> None:
        """H5. The key's name decides: `certificate_data` would be shown in clear."""
        from airflow.providers.common.compat.sdk import redact

        shown = redact({"private_key": "k3y", "access_token": "t0ken", "tenant_id": "contoso.com"})
        assert shown == {"private_key": "***", "access_token": "***", "tenant_id": "contoso.com"}

    def test_airflows_console_shows_all_of_it(self, shown: Callable[..., list[Row]]) -> None:
        (told,) = shown("get", PACKAGE, "--full")
        info = get_provider_info()
        info["description"] = str(info["description"]).rstrip(".")  # as the console has it
        assert {name: told[name] for name in info} == printed(info)
        assert set(told) - set(info) <= {"documentation-url"}

    def test_airflows_console_shows_the_hook(self, shown: Callable[..., list[Row]]) -> None:
        (hook,) = mine(shown("hooks"))
        assert hook == {
            "connection_type": "drivedelta",
            "class": "airflow_provider_drivedelta.hooks.drivedelta.DriveDeltaHook",
            "conn_id_attribute_name": "drivedelta_conn_id",
            "package_name": PACKAGE,
            "hook_name": "Microsoft 365 (DriveDelta)",
        }

    def test_airflows_console_shows_every_field_of_the_form(self, shown: Callable[..., list[Row]]) -> None:
        (form,) = get_provider_info()["connection-types"]
        fields = {f"extra__drivedelta__{name}" for name in form["conn-fields"]}
        assert {field["connection_parameter_name"] for field in mine(shown("widgets"))} == fields
        assert {"field_behaviours": "drivedelta"} in shown("behaviours")

    def test_airflows_console_shows_triggers_and_links(self, shown: Callable[..., list[Row]]) -> None:
        (triggers,) = mine(shown("triggers"))
        assert triggers["class"] == "airflow_provider_drivedelta.triggers"
        links = {row["extra_link_class_name"] for row in shown("links")}
        assert set(get_provider_info()["extra-links"]) <= links

    def test_the_provider_manager_knows_our_assets(self) -> None:
        from airflow.sdk.providers_manager_runtime import ProvidersManagerTaskRuntime

        from airflow_provider_drivedelta import assets

        manager = ProvidersManagerTaskRuntime()
        known = [
            manager.asset_uri_handlers,
            manager.asset_factories,
            manager.asset_to_openlineage_converters,
        ]
        ours = [assets.sanitize_uri, assets.create_asset, assets.convert_asset_to_openlineage]
        assert [by_scheme["drivedelta"] for by_scheme in known] == ours

    @pytest.fixture
    def shown(self, capsys: pytest.CaptureFixture[str]) -> Callable[..., list[Row]]:
        """What `airflow providers …` prints, as JSON; in this process, since each one costs seconds."""
        from airflow.cli.cli_parser import get_parser

        def run(*command: str) -> list[Row]:
            arguments = get_parser().parse_args(["providers", *command, "--output", "json"])
            arguments.func(arguments)
            rows: list[Row] = json.loads(capsys.readouterr().out)
            return rows

        return run


def printed(value: object) -> object:
    """As Airflow's console has it: whatever is no container is text."""
    if isinstance(value, dict):
        return {name: printed(inner) for name, inner in value.items()}
    return [printed(inner) for inner in value] if isinstance(value, list) else str(value)


def mine(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["package_name"] == PACKAGE]


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

    def __init__(self, label: str, description: str, default: object, validators: list[object] | None) -> None:
        self.label, self.description, self.default, self.validators = label, description, default, validators


def test_airflow_3_1_gets_the_same_form(monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow_provider_drivedelta.hooks.drivedelta import DriveDeltaHook

    kinds = {name: type(name, (StandInField,), {}) for name in ("StringField", "PasswordField", "BooleanField")}
    monkeypatch.setitem(sys.modules, "wtforms", SimpleNamespace(**kinds))  # type: ignore[arg-type]
    monkeypatch.setitem(sys.modules, "wtforms.validators", SimpleNamespace(any_of=set))  # type: ignore[arg-type]
    widgets = DriveDeltaHook.get_connection_form_widgets()
    shown = {name: type(widget).__name__ for name, widget in widgets.items() if type(widget).__name__ != "StringField"}
    secrets = dict.fromkeys(("private_key", "passphrase", "refresh_token"), "PasswordField")
    assert shown == secrets | {"verify": "BooleanField"}
    choices = {name: vars(widget)["validators"] for name, widget in widgets.items() if vars(widget)["validators"]}
    described = get_provider_info()["connection-types"][0]["conn-fields"]
    assert choices == {name: [set(described[name]["schema"]["enum"])] for name in ("sign_in", "cloud")}
    assert {name: vars(widget)["label"] for name, widget in widgets.items()}.items() <= LABELS.items()
    jsonschema.validate(DriveDeltaHook.get_ui_field_behaviour(), schema("customized_form_field_behaviours.schema.json"))
