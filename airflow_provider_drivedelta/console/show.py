"""Summaries, logs and progress for a person at a terminal, or as JSON for a program."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

from tqdm import tqdm

from airflow_provider_drivedelta.core.lake.commits import Commit
from airflow_provider_drivedelta.core.plan import Progress
from airflow_provider_drivedelta.core.summary import Summary

if TYPE_CHECKING:
    from airflow_provider_drivedelta.core.lake.snapshot import Snapshot
    from airflow_provider_drivedelta.core.lake.vacuum import Vacuumed
    from airflow_provider_drivedelta.core.reconcile import Reconciled, Verdict


@contextmanager
def progress_bar() -> Iterator[Callable[[Progress], None]]:
    """A counter of items on stderr; silent where that is no terminal."""
    with tqdm(unit=" items", disable=None, file=sys.stderr, leave=False) as bar:

        def show(progress: Progress) -> None:
            bar.set_postfix_str(f"{progress.pages} pages", refresh=False)
            bar.update(progress.items - bar.n)

        yield show


def summary(result: Summary, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(result.to_dict(), ensure_ascii=False))
        return
    what = f"increment {result.increment}" if result.increment else "nothing published"
    print(f"{result.kind}: {what}, {result.rows} rows ({_counted(result)})")
    print(f"{result.pages} pages, {result.requests} requests, {result.throttled_seconds:g} s throttled")
    print(f"data: {result.path}/changes")


VERDICTS: dict[Verdict, str] = {
    "in_sync": "in sync: the lake is what the service says",
    "drift": "drift: the feed had not told of everything; what differed is published now",
    "indeterminate": "indeterminate: the feed itself had to start over meanwhile; reconcile again",
}


def reconciled(result: Reconciled, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(result.to_dict(), ensure_ascii=False))
        return
    print(VERDICTS[result.verdict])
    summary(result.summary, as_json=False)


def log(feeds: Sequence[tuple[str, Sequence[Commit]]], *, as_json: bool) -> None:
    """The commits of each feed, oldest first; never their tokens."""
    for folder, commits in feeds:
        if not as_json:
            print(folder)
        for commit in commits:
            print(json.dumps(_as_dict(folder, commit), ensure_ascii=False) if as_json else _as_line(commit))


def snapshot(written: Snapshot) -> None:
    print(f"increment {written.increment}: {written.rows} items")
    print(f"data: {written.path}")


def vacuumed(found: Vacuumed, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        print(json.dumps(asdict(found) | {"dry_run": dry_run}, ensure_ascii=False))
        return
    print(found.path)
    gone = "would be removed" if dry_run else "removed"
    print(f"{found.files} files ({found.bytes} bytes) of {found.increments} increments {gone}")
    if found.horizon:
        print(f"what can be read begins after increment {found.horizon}")


def _counted(result: Summary) -> str:
    return f"{result.inserted} inserted, {result.updated} updated, {result.deleted} deleted"


def _as_line(commit: Commit) -> str:
    counts = commit.counts
    return (
        f"{commit.increment:>8}  {commit.committed_at[:19]}  {commit.kind:<11}  "
        f"+{counts.get('inserted', 0)} ~{counts.get('updated', 0)} -{counts.get('deleted', 0)}  {commit.run}"
    ).rstrip()


def _as_dict(folder: str, commit: Commit) -> dict[str, object]:
    return {
        "folder": folder,
        "feed": commit.feed,
        "increment": commit.increment,
        "kind": commit.kind,
        "committed_at": commit.committed_at,
        "captured_date": commit.captured_date,
        "counts": dict(commit.counts),
        "files": [file.final for file in commit.files],
        "run": commit.run,
    }
