"""docs/outputs.md names the stores, extras and versions there are."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

from airflow_provider_drivedelta.core.lake.layout import STAGING
from airflow_provider_drivedelta.core.lake.output import STORES
from tests.docs.pages import DOCS, tables

PAGE = "outputs.md"


def setup() -> dict[str, str]:
    """The extras, each with what it installs."""
    config = configparser.ConfigParser()
    config.read(Path(__file__).parents[2] / "setup.cfg")
    return dict(config["options.extras_require"])


def test_every_scheme_is_named_with_its_extra() -> None:
    told: dict[str, str] = {}
    for outputs, _, install, _ in tables(PAGE)["`output`"]:
        extra = re.findall(r"drivedelta\[(\w+)\]", install)
        schemes = re.findall(r"`(\w+)://", outputs) + re.findall(r"\(also (.*)\)", outputs)
        told |= {name.strip("` "): each for each in extra for scheme in schemes for name in scheme.split(",")}
    assert told == {scheme: store.extra for scheme, store in STORES.items()}


def test_the_versions_are_those_that_the_extras_ask_for() -> None:
    told = [cell for row in tables(PAGE)["store"] for cell in re.findall(r"(\w+fs) ([\d.]+)", row[-1])]
    asked = {store.client: setup()[store.extra].strip() for store in STORES.values()}
    assert {client: f"{client}>={version}" for client, version in told} == asked


def test_the_probe_is_where_the_page_says() -> None:
    assert f"`{STAGING}/`" in (DOCS / PAGE).read_text()
