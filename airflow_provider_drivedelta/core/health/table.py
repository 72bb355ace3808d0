"""Feeds' health as a table for a person: one line a feed, then what there is to say of those that are not well."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from airflow_provider_drivedelta.core.health.feed_health import FeedHealth
from airflow_provider_drivedelta.core.health.limits import Limits

_HEAD = ("state", "last success", "last change", "token", "increment", "feed", "source")
_ALL = Limits(failing=True, held=True, quarantine=True)


def table(feeds: Sequence[FeedHealth]) -> str:
    """The table alone; no token, whatever is wrong."""
    rows = [_HEAD, *map(_row, feeds)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def remarks(feeds: Sequence[FeedHealth], limits: Limits | None = None) -> Iterator[str]:
    """What a person should know of each feed that is not well, or goes beyond the limits: a line each."""
    for feed in feeds:
        for remark in [*(limits or _ALL).complaints(feed), *_notes(feed)]:
            yield f"{name(feed)}: {remark}"


def report(feeds: Sequence[FeedHealth], limits: Limits | None = None) -> str:
    """Table, remarks, and how many feeds are how."""
    counted = Counter(feed.state for feed in feeds)
    last = ", ".join(f"{count} {state}" for state, count in sorted(counted.items()))
    return "\n".join([table(feeds), *remarks(feeds, limits), f"{len(feeds)} feeds: {last}"])


def alarm(feeds: Sequence[FeedHealth], limits: Limits, *, most: int = 50) -> str:
    """What to tell whoever is woken: the report on the feeds beyond the limits, a bounded number of them.

    Empty where there is none.
    """
    ill = [feed for feed in feeds if limits.complaints(feed)]
    if not ill:
        return ""
    more = f"\n… and {len(ill) - most} more; `drivedelta status` shows all." if len(ill) > most else ""
    heading = f"{len(ill)} of {len(feeds)} feeds need somebody to look after them:"
    return f"{heading}\n{table(ill[:most])}\n" + "\n".join(remarks(ill[:most], limits)) + more


def name(feed: FeedHealth) -> str:
    """The feed's folder, as short as it is unmistakable below one output."""
    return feed.path.rstrip("/").rpartition("/")[2]


def _row(feed: FeedHealth) -> tuple[str, ...]:
    of_log = " (log)" if feed.told_by == "log" else ""
    return (
        feed.state,
        f"{_ago(feed.last_success, feed.at)}{of_log}",
        _ago(feed.last_change, feed.at),
        "-" if feed.days_left is None else f"{feed.days_left:.0f} d left",
        str(feed.increment or "-"),
        name(feed),
        feed.source or "-",
    )


def _notes(feed: FeedHealth) -> Iterator[str]:
    """What nobody has to be woken for."""
    if feed.long_read:
        run = f" by {feed.long_read.run}" if feed.long_read.run else ""
        kept = f"page {feed.long_read.pages}, at {feed.long_read.at:%Y-%m-%d %H:%M} UTC"
        yield f"A long read{run} is kept up to {kept}; the next run goes on with it."
    if feed.litter:
        yield f"{feed.litter} attempts died and left files; the next run removes them."


_UNITS: Mapping[str, timedelta] = {"d": timedelta(days=1), "h": timedelta(hours=1), "min": timedelta(minutes=1)}


def _ago(moment: datetime | None, now: datetime) -> str:
    """Such as `3 h ago`: the largest unit of which there are two."""
    if moment is None:
        return "-"
    for unit, length in _UNITS.items():
        if now - moment >= 2 * length:
            return f"{(now - moment) // length} {unit} ago"
    return "just now"
