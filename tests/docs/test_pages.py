"""The pages hang together: each is in the index, links lead somewhere, a DAG that is shown is one that runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import DOCS

ROOT = DOCS.parent
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
DAGS = sorted((ROOT / "dags").glob("*.py"))
OF_DAGS = [*sorted((DOCS / "operators").glob("*.md")), DOCS / "downstream.md", DOCS / "how-to-backfill.md"]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def links(page: Path) -> list[str]:
    """Where the page leads within the project; code is no link."""
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(), flags=re.DOTALL)
    return [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]


def anchors(page: Path) -> set[str]:
    """The page's headings as GitHub makes addresses of them."""
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    heads = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_every_page_is_in_the_index() -> None:
    index = DOCS / "README.md"
    linked = {(DOCS / link.partition("#")[0]).resolve() for link in links(index)}
    assert {name(page) for page in PAGES[1:]} - {name(index)} <= {name(page) for page in linked if page.suffix == ".md"}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


@pytest.mark.parametrize("dag", DAGS, ids=lambda path: path.stem)
def test_every_dag_is_shown_on_a_page_as_it_is(dag: Path) -> None:
    shown = f"```python\n{dag.read_text()}```\n"
    assert any(shown in page.read_text() for page in PAGES)


@pytest.mark.parametrize("page", OF_DAGS, ids=name)
def test_every_dag_on_a_how_to_page_is_one_of_those(page: Path) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)
    texts = {dag.read_text() for dag in DAGS}
    whole = [block for block in blocks if "DAG(" in block]
    assert whole
    assert all(block in texts for block in whole)
