"""Rowsets as services and ADO wrote them: the project's own, and a folder of recorded ones where there is one.

The folder is named by the environment variable DRIVEDELTA_PAYLOADS, or is `shared/payloads` beside the checkout or
beside a folder above it.
"""

from __future__ import annotations

import os
from pathlib import Path

from tests.core.rowset.rowsets import FIXTURES

_CHECKOUT = Path(__file__).resolve().parents[3]


def payloads() -> Path | None:
    named = os.environ.get("DRIVEDELTA_PAYLOADS")
    places = [Path(named)] if named else [parent / "shared" / "payloads" for parent in _CHECKOUT.parents]
    return next((place for place in places if place.is_dir()), None)


def samples() -> dict[str, Path]:
    """Every file there is, by its name."""
    folders = [FIXTURES]
    recorded = payloads()
    if recorded is not None:
        folders += [recorded / "ado_xml", recorded / "sharepoint_xml", recorded / "spec_derived"]
    return {file.name: file for folder in folders if folder.is_dir() for file in sorted(folder.glob("*xml*"))}
