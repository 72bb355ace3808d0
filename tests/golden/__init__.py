"""A lake as an earlier version wrote it, kept for later ones to read; `make.py` makes it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

HERE = Path(__file__).parent
LAKE, ITEMS, EXPECTED = HERE / "lake.zip", HERE / "items.jsonl", HERE / "expected.jsonl"
HOST = "https://graph.golden.example"
"""Where the lake's tokens lead."""


def said(value: object) -> object:
    """The value as JSON has it, without what is null: later versions have columns that this one did not know."""
    if isinstance(value, Mapping):
        return {name: said(inner) for name, inner in value.items() if inner is not None and said(inner) != {}}
    if isinstance(value, list):
        return [said(inner) for inner in value]
    return value.isoformat() if isinstance(value, datetime) else value


def unpacked(target: Path) -> Path:
    """A copy of the lake to play with: the output folder."""
    shutil.unpack_archive(LAKE, target)
    return target
