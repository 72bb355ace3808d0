"""docs/rowset.md works as it is written."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from airflow_provider_drivedelta.core.rowset import Limits, read_rowset
from tests.core.rowset.rowsets import one_column
from tests.docs.pages import blocks, tables

PAGE = "rowset.md"


def test_the_python_runs_block_by_block(capsys: pytest.CaptureFixture[str]) -> None:
    played: dict[str, object] = {}
    for block in blocks(PAGE, "python", Path("unused")):
        exec(compile(block, PAGE, "exec"), played)
    told = capsys.readouterr().out
    (printed,) = blocks(PAGE, "text", Path("unused"))
    assert printed in told
    assert "Amount: decimal128(19, 4)" in told
    assert "an HTML page where XML was due (the list Tasks)" in told


def test_the_table_of_types_is_true() -> None:
    texts = {"bool": "1", "date32[day]; time64[us]": "1999-12-31", "binary": "", "string": "x"}
    rows = {row[0]: row[1] for row in tables(PAGE)["dt:type"]}
    assert len(rows) == 11
    for types, arrow in [*list(rows.items())[:2], ("r4", "float"), ("boolean", "bool"), ("date", "date32[day]")]:
        for type_ in types.split(", "):
            read = read_rowset(one_column(type_, texts.get(arrow, "1999-12-31" if type_ == "date" else "1")))
            name = str(read.table.schema.field(0).type)
            assert name in arrow or "…" in arrow


def test_the_limits_are_the_ones_named() -> None:
    limits = dataclasses.asdict(Limits())
    assert (limits["size"], limits["depth"], limits["attributes"], limits["tag"]) == (256 << 20, 64, 4_096, 16 << 20)
