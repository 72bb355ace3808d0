"""What a run of many feeds tells its caller: counts of all together, and of some with news what each was told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from airflow_provider_drivedelta.core.summary import Summary

MOST_SHOWN = 100
"""Summaries in one return value, some 60 KB; who wants each of thousands has the asset events and the logs."""

_ADDED = (
    "rows", "inserted", "updated", "deleted", "missing", "cascaded", "suppressed", "adopted", "stranded", "quarantined",
    "pages", "requests",
)  # fmt: skip

Told = str | int | float | bool | None
ManyDict = dict[str, Told | list[dict[str, Told]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ManySummary:
    """The outcome of one run of many feeds.

    :param summaries: of the feeds that were asked; `repeated` sources named a feed once more, for `reloading` ones
        another run reads everything.
    :param throttled_seconds: that the run stood still as a whole: feeds that wait side by side do not add up.
    """

    summaries: Sequence[Summary]
    repeated: int = 0
    reloading: int = 0
    throttled_seconds: float = 0.0

    @property
    def news(self) -> list[Summary]:
        return [summary for summary in self.summaries if summary.has_news]

    def to_dict(self) -> ManyDict:
        added: Counter[str] = Counter()
        for summary in self.summaries:
            added.update({name: getattr(summary, name) for name in _ADDED})
        news = self.news
        return {
            "sources": len(self.summaries) + self.repeated + self.reloading,
            "published": len(news),
            "quiet": len(self.summaries) - len(news),
            "repeated": self.repeated,
            "reloading": self.reloading,
            **{name: added[name] for name in _ADDED},
            "schema_changed": any(summary.schema_changed for summary in self.summaries),
            "throttled_seconds": round(self.throttled_seconds, 3),
            "feeds": [summary.to_dict() for summary in news[:MOST_SHOWN]],
            "feeds_left_out": max(0, len(news) - MOST_SHOWN),
        }

    def __str__(self) -> str:
        told = self.to_dict()
        parts = [f"{told['published']} published", f"{told['quiet']} quiet"]
        parts += [f"{told[name]} {name}" for name in ("repeated", "reloading") if told[name]]
        return f"{told['sources']} sources: {', '.join(parts)} ({told['rows']} rows, {told['requests']} requests)"
