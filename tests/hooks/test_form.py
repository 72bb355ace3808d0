"""The form: every field has a label, secrets are secrets, choices are choices, in Airflow 3.1 too."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from airflow_provider_drivedelta.core.hosts import CLOUD_NAMES
from airflow_provider_drivedelta.hooks.form import LABELS, WAYS, behaviour, fields, label, widgets

SECRETS = {"private_key", "passphrase", "refresh_token"}


def test_who_we_are_comes_first_and_the_network_last() -> None:
    order = list(fields())
    assert order[:3] == ["sign_in", "tenant_id", "cloud"]
    assert order[-3:] == ["ca_file", "verify", "proxies"]
    assert set(order) | {"host", "login", "password"} == set(LABELS)


def test_every_field_says_what_goes_in() -> None:
    for name, field in fields().items():
        assert field["label"] == LABELS[name]
        assert field["description"].endswith(".") or field["description"].endswith("environment's.")
    assert set(behaviour()["placeholders"]) == {"host", "login", "password"}  # type: ignore[call-overload]


def test_secrets_are_passwords_and_airflow_knows_their_names() -> None:
    """H5."""
    from airflow.providers.common.compat.sdk import redact

    assert {name for name, field in fields().items() if field["schema"].get("format") == "password"} == SECRETS
    hidden = redact(dict.fromkeys(fields(), "value"))
    assert {name for name, shown in hidden.items() if shown == "***"} == SECRETS | {"proxies"}


def test_choices_are_those_that_are_read() -> None:
    assert fields()["sign_in"]["schema"]["enum"] == ["auto", *WAYS]
    assert fields()["cloud"]["schema"]["enum"] == ["auto", *CLOUD_NAMES]
    assert {fields()[name]["schema"]["default"] for name in ("sign_in", "cloud")} == {"auto"}


def test_a_field_is_named_as_in_the_form_and_as_in_json() -> None:
    assert (label("cloud"), label("unknown")) == ("'Cloud' (cloud)", "'unknown'")


class StandIn:
    """What Airflow 3.1's API server puts in the place of the fields of wtforms."""

    def __init__(self, label: str, description: str, default: object, validators: list[object] | None) -> None:
        self.label, self.description, self.default, self.validators = label, description, default, validators


def test_airflow_3_1_gets_the_same_form(monkeypatch: pytest.MonkeyPatch) -> None:
    library, validators = ModuleType("wtforms"), ModuleType("wtforms.validators")
    kinds = {name: type(name, (StandIn,), {}) for name in ("StringField", "PasswordField", "BooleanField")}
    vars(library).update(kinds)
    vars(validators).update(any_of=tuple)
    monkeypatch.setitem(sys.modules, "wtforms", library)
    monkeypatch.setitem(sys.modules, "wtforms.validators", validators)
    shown = widgets()
    assert list(shown) == list(fields())
    assert {name for name, widget in shown.items() if type(widget).__name__ == "PasswordField"} == SECRETS
    assert {name for name, widget in shown.items() if type(widget).__name__ == "BooleanField"} == {"verify"}
    assert {name: vars(widget)["validators"] for name, widget in shown.items() if vars(widget)["validators"]} == {
        "sign_in": [("auto", *WAYS)],
        "cloud": [("auto", *CLOUD_NAMES)],
    }
