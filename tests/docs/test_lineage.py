"""docs/lineage.md has the names and facets that there are."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from airflow_provider_drivedelta.assets import sanitize_uri
from airflow_provider_drivedelta.core.summary import Summary
from airflow_provider_drivedelta.lineage_facets import TOLD_IN_FULL, IncrementsDatasetFacet, lineage_of
from airflow_provider_drivedelta.lineage_names import folder_name, source_name
from tests.docs.pages import DOCS, blocks, tables

PAGE = "lineage.md"


def text() -> str:
    return " ".join((DOCS / PAGE).read_text().split())


@pytest.mark.parametrize("row", tables(PAGE)["what"], ids=lambda row: row[0])
def test_every_name_is_as_the_code_has_it(row: list[str]) -> None:
    uri, namespace, name = (cell.strip("`") for cell in row[1:])
    if uri.startswith("drivedelta:"):
        assert sanitize_uri(urlsplit(uri)).geturl() == uri
        assert source_name(uri) == (namespace, name)
    else:
        assert folder_name(uri, account="acme") == (namespace, name)


def test_the_python_prints_what_it_says(airflow_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (block,) = blocks(PAGE, "python", Path())
    exec(compile(block, PAGE, "exec"), {})
    assert capsys.readouterr().out.splitlines() == re.findall(r"#  ?(drivedelta://\S+)", block)


def test_every_facet_is_in_the_table(tmp_path: Path) -> None:
    summary = Summary(
        feed="drive-d--0", source="drives/d", protocol="graph", kind="quiet", path=str(tmp_path / "drive-d")
    )
    lineage = lineage_of([summary], output=str(tmp_path))
    (source,), (folder,) = lineage.inputs, lineage.outputs
    on: dict[str, set[str]] = {}
    for what, facets, _ in tables(PAGE)["on"]:
        on.setdefault(what or [*on][-1], set()).update(re.findall(r"`(\w+)`", facets))
    assert on["both"] | on["the source"] == set(source.facets or {})
    assert on["both"] | on["the folder"] == {*(folder.facets or {}), *(folder.outputFacets or {})}
    fields = set(re.findall(r"`(\w+)`", tables(PAGE)["on"][-1][2])) - {"insert", "update", "delete"}
    assert fields == set(IncrementsDatasetFacet.__annotations__)


def test_the_number_of_feeds_is_the_codes() -> None:
    assert f"the first {TOLD_IN_FULL} are told in full" in text()
