"""What of a capture is the same whatever is captured, as operators and console hand it to the core."""

from __future__ import annotations

from typing import TYPE_CHECKING, NotRequired, TypedDict

if TYPE_CHECKING:  # pyarrow hangs on it
    from airflow_provider_drivedelta.core.lake.output import Output
    from airflow_provider_drivedelta.core.plan import OnResync, OnUnsure, Window


class FeedWords(TypedDict):
    """Fields of every capture."""

    output: str | Output
    protocol: str
    on_unsure: OnUnsure
    confirm_deletes: str
    run: str


class PullWords(TypedDict):
    """Fields of every capture that only a pull obeys."""

    start: str
    full_reload: bool
    on_resync: OnResync
    dry_run: bool
    named_run: NotRequired[bool]
    cleared: NotRequired[bool]
    window: NotRequired[Window | None]
