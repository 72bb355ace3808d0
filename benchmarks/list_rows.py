"""Reading a SharePoint list, beside what bare expat needs to parse the same bytes (at most 2.7 times that is the goal).

Answers lie on disk, so that no service is measured. `python -m benchmarks.list_rows WHAT FOLDER` is one measurement.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import cast
from xml.parsers.expat import ParserCreate

from airflow_provider_drivedelta.core.changes import Answer, Page, Request
from airflow_provider_drivedelta.core.lake.list_records import ListRecords
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage
from airflow_provider_drivedelta.core.lake.waiting_rows import WaitingRows
from airflow_provider_drivedelta.core.lists.columns import FieldMap
from airflow_provider_drivedelta.core.lists.raw_rows import RawRows
from airflow_provider_drivedelta.core.lists.schema_drift import evolve
from airflow_provider_drivedelta.core.lists.typed_rows import type_rows
from airflow_provider_drivedelta.core.protocols.sharepoint_list import ListChanges
from benchmarks.list_answers import description, pages
from benchmarks.measure import run

ROWS_A_PAGE = 1_000
"""What is asked for unless the user wants another number."""
NOW = datetime(2026, 1, 1, tzinfo=UTC)
_CPU = "cpu-seconds"


def table(sizes: Sequence[int]) -> str:
    """CPU of the work alone, without the start of Python and its libraries; memory of the whole process."""
    lines = [
        "| rows | MB | bare expat | with handlers | read, typed, hashed | peak RSS MiB | and staged | peak RSS MiB "
        "| staged, irregular | peak RSS MiB |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for rows in sizes:
        with tempfile.TemporaryDirectory() as folder:
            size = _generate(Path(folder), rows)
            cpu, peak = zip(*(_cost(what, Path(folder)) for what in WHAT), strict=True)
        times = [f"{seconds:.1f} s = {seconds / cpu[0]:.2f} x" for seconds in cpu]
        lines.append(
            f"| {rows:,} | {size / 1e6:,.0f} | {cpu[0]:.1f} s | {times[1]} "
            f"| {times[2]} | {peak[2]:.0f} | {times[3]} | {peak[3]:.0f} | {times[4]} | {peak[4]:.0f} |"
        )
        print(lines[-1], file=sys.stderr, flush=True)
    return "\n".join(lines)


def _generate(folder: Path, rows: int) -> int:
    """Write all answers of a full read; returns how many bytes they are."""
    numbered = enumerate(chain([description()], pages(rows, ROWS_A_PAGE)))
    return sum((folder / f"{number:06}.xml").write_bytes(answer) for number, answer in numbered)


def _cost(what: str, folder: Path) -> tuple[float, float]:
    # As our own modules have it, which here are not the first to load Arrow.
    environment = {"ARROW_DEFAULT_MEMORY_POOL": "system"}
    cost = run([sys.executable, "-m", "benchmarks.list_rows", what, str(folder)], environment)
    return float((folder / _CPU).read_text()), cost.peak_mib


def expat(answers: Iterable[bytes], *, handlers: bool = False) -> None:
    """Bare: no handler set, so that expat makes no Python object; else the two that every reader of elements needs."""
    for answer in answers:
        parser = ParserCreate()
        if handlers:
            parser.ordered_attributes = True
            parser.StartElementHandler = lambda name, attributes: None
            parser.EndElementHandler = lambda name: None
        parser.Parse(answer, True)


def typed(answers: Iterable[bytes]) -> None:
    """Answers into typed columns and a hash a row, which are dropped."""
    fields, waiting = FieldMap(), WaitingRows()
    for page in _pages(answers):
        if page.schema is not None:
            fields, _ = evolve(fields, page.schema.fields, zone=page.schema.zone)
        waiting.put(cast(RawRows, page.items), NOW)
        if waiting.enough or page.token is not None:
            rows, _ = waiting.take()
            assert not type_rows(rows, fields, site_id="site", list_id="list").bad


def staged(answers: Iterable[bytes]) -> None:
    """The same into the Arrow file that the fold takes up."""
    with tempfile.TemporaryDirectory() as folder:
        records, storage = ListRecords(site_id="site", list_id="list"), LocalStorage(Path(folder))
        with records.stage(storage, "staged.arrow") as stage:
            for page in _pages(answers):
                if page.schema is not None:
                    stage.learn(page.schema)
                stage.add(page.items, NOW)


def irregular(answers: Iterable[bytes]) -> None:
    """Staged, with a comment in each answer: a form that only expat reads."""
    staged(answer.replace(b"</rs:data>", b"<!-- --></rs:data>") for answer in answers)


def _pages(answers: Iterable[bytes]) -> Iterator[Page]:
    protocol = ListChanges(site_url="https://contoso.sharepoint.com/sites/team", list_id="orders")
    request: Request | None = protocol.first()
    for answer in answers:
        assert request is not None
        page = protocol.read(Answer(200, {}, answer, NOW, "the list Orders", note=request.note))
        request = page.next
        yield page
    assert request is None


WHAT: Mapping[str, Callable[[Iterable[bytes]], None]] = {
    "expat": expat,
    "handlers": partial(expat, handlers=True),
    "typed": typed,
    "staged": staged,
    "irregular": irregular,
}


def main() -> None:
    what, folder = WHAT[sys.argv[1]], Path(sys.argv[2])
    what([description(), *pages(10, 10)])  # Arrow loads some of itself, and pandas, when first needed
    begun = time.process_time()
    what(path.read_bytes() for path in sorted(folder.glob("*.xml")))
    (folder / _CPU).write_text(str(time.process_time() - begun))


if __name__ == "__main__":
    main()
