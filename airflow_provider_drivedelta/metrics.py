"""What a run is worth counting, handed to Airflow's Stats: see docs/health.md for every name.

Names carry what is few (kinds, operations), since StatsD without tags has nothing else. Tags carry `protocol`, and the
feed only where `[drivedelta] metrics_by_feed` asks for it: of 4,000 drives each would be a time series of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from airflow.providers.common.compat.sdk import conf

if TYPE_CHECKING:
    from airflow_provider_drivedelta.core.lake.output import Output
    from airflow_provider_drivedelta.core.summary import Summary

log = logging.getLogger(__name__)

Tags = dict[str, str]


class Meter(Protocol):
    """Airflow's Stats, as far as it is needed; tests bring their own."""

    def incr(self, stat: str, count: int = 1, *, tags: Tags | None = None) -> object: ...

    def timing(self, stat: str, dt: timedelta, *, tags: Tags | None = None) -> object: ...


def count_run(summary: Summary, *, output: Callable[[], str | Output], meter: Meter | None = None) -> None:
    """Count a run that succeeded. Never fails it: what was published is published.

    :param output: gives where the feed's folder is, to find how old the newest change was; called where there was one.
    """
    meter, tags = _stats() if meter is None else meter, _tags(feed=summary.feed, protocol=summary.protocol)
    meter.incr(f"drivedelta.runs.{summary.kind}", tags=tags)
    if summary.kind == "replay":  # it was counted when it was captured
        return
    for name, count in _counts(summary).items():
        if count:
            meter.incr(f"drivedelta.{name}", count, tags=tags)
    if summary.throttled_seconds:
        meter.timing("drivedelta.throttled", timedelta(seconds=summary.throttled_seconds), tags=tags)
    delay = _delay(summary, output)
    if delay is not None:
        meter.timing("drivedelta.lag", delay, tags=tags)


def count_failure(error: Exception, *, feed: str = "", protocol: str = "", meter: Meter | None = None) -> None:
    """Count a run that failed, by the name of the error's class; errors that are not ours count as `other`."""
    from airflow_provider_drivedelta.core.errors import DriveDeltaError

    kind = type(error).__name__ if isinstance(error, DriveDeltaError) else "other"
    meter = _stats() if meter is None else meter
    meter.incr(f"drivedelta.failures.{kind}", tags=_tags(feed=feed, protocol=protocol))


def _counts(summary: Summary) -> Mapping[str, int]:
    return {
        "rows.insert": summary.inserted,
        "rows.update": summary.updated,
        "rows.delete": summary.deleted,
        "requests": summary.requests,
        "resyncs": int(summary.kind == "resync"),
        "quarantined": summary.quarantined,
    }


def _delay(summary: Summary, output: Callable[[], str | Output]) -> timedelta | None:
    if summary.kind != "incremental" or summary.increment is None:
        return None
    from airflow_provider_drivedelta.core.errors import DriveDeltaError
    from airflow_provider_drivedelta.core.lake.delay import newest_change_delay
    from airflow_provider_drivedelta.core.lake.output import open_output

    try:
        feed = open_output(output()).below(summary.path.rpartition("/")[2])
        return newest_change_delay(feed, summary.increment)
    except (DriveDeltaError, OSError, ValueError) as error:  # Arrow's errors are of the last two
        log.warning("How old the newest change was is not known (%s)", type(error).__name__)
        return None


def _tags(*, feed: str, protocol: str) -> Tags:
    by_feed = conf.getboolean("drivedelta", "metrics_by_feed", fallback=False)
    told = {"protocol": protocol, "feed": feed if by_feed else ""}
    return {name: value for name, value in told.items() if value}


def _stats() -> Meter:
    from airflow.providers.common.compat.sdk import Stats

    meter: Meter = Stats  # of functions in 3.3, of a metaclass in 3.1
    return meter
