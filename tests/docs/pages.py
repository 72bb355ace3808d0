"""The pages of docs/, taken apart to be checked."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def blocks(page: str, language: str, lake: Path) -> list[str]:
    """The page's code blocks of one language, made to work on `lake` instead of /data/lake."""
    text = (DOCS / page).read_text()
    found = re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [block.replace("/data/lake", str(lake)).replace("/data/", f"{lake.parent}/") for block in found]


def tables(page: str) -> dict[str, list[list[str]]]:
    """The rows of the page's tables, each table by the head of its first column."""
    found: dict[str, list[list[str]]] = {}
    for table in re.findall(r"(?:^\|.*\n)+", (DOCS / page).read_text(), re.MULTILINE):
        head, _, *rows = ([cell.strip() for cell in line.strip("|").split(" | ")] for line in table.splitlines())
        found[head[0]] = [[cell.strip("| ") for cell in row] for row in rows]
    return found
