"""What the operators that follow a drive share: the drive they follow, and the service behind their Connection."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

from airflow.providers.common.compat.sdk import AssetAlias

from airflow_provider_drivedelta.core.errors import DriveDeltaError
from airflow_provider_drivedelta.core.sources import Drive

if TYPE_CHECKING:  # pyarrow, duckdb and msal hang on these: imported when a task runs, never when a DAG is parsed
    from airflow.providers.common.compat.sdk import Context

    from airflow_provider_drivedelta.core.capture import DriveCapture
    from airflow_provider_drivedelta.core.plan import OnUnsure, Progress
    from airflow_provider_drivedelta.core.tokens import TokenStore
    from airflow_provider_drivedelta.core.transport import Transport
    from airflow_provider_drivedelta.hooks.drivedelta import DriveDeltaHook

log = logging.getLogger(__name__)

PROGRESS_EVERY = 50  # pages; about half a minute against the real service

SummaryDict = dict[str, str | int | float | bool | None]
TokenPlace = Literal["variable", "output"]
Answer_co = TypeVar("Answer_co", covariant=True)


class Follows(Protocol):
    """An operator that follows one drive, by the arguments every such operator has."""

    source: str
    output_path: str
    protocol: str
    folder: str
    select: Sequence[str] | str
    expand: Sequence[str] | str
    page_size: int | None
    sharing_changes: bool
    on_unsure: OnUnsure
    confirm_deletes: str
    max_wait: float
    token_store: TokenPlace


class Call(Protocol[Answer_co]):
    """`capture_drive`, `reconcile_drive`."""

    def __call__(
        self,
        capture: DriveCapture,
        *,
        base_url: str,
        transport: Transport,
        tokens: TokenStore | None,
        on_page: Callable[[Progress], None] | None,
    ) -> Answer_co: ...


def followed(operator: Follows, context: Context) -> DriveCapture:
    """What the operator follows, as it was rendered; the rest of a capture is the operator's own."""
    from airflow_provider_drivedelta.core.capture import DriveCapture

    ti, conf = context["ti"], context["dag_run"].conf or {}
    return DriveCapture(
        source=Drive.parse(operator.source),
        output=operator.output_path,
        protocol=operator.protocol,
        folder=_said(operator.folder),
        select=_names(operator.select),
        expand=_names(operator.expand),
        page_size=operator.page_size,
        sharing_changes=operator.sharing_changes,
        on_unsure=operator.on_unsure,
        confirm_deletes=_said(conf.get("confirm_deletes")) or _said(operator.confirm_deletes),
        run=f"{ti.dag_id}/{ti.run_id}/{ti.task_id}" + ("" if ti.map_index in (None, -1) else f"[{ti.map_index}]"),
    )


def ask(call: Call[Answer_co], capture: DriveCapture, operator: Follows, hook: DriveDeltaHook) -> Answer_co:
    """Make the call with the Connection's transport and the operator's token store."""
    from airflow_provider_drivedelta.hooks.variables import VariableTokenStore

    def report(progress: Progress) -> None:
        if progress.pages % PROGRESS_EVERY == 0:
            log.info("%d pages, %d items so far", progress.pages, progress.items)

    tokens = VariableTokenStore() if operator.token_store == "variable" else None
    with hook.transport(max_wait=operator.max_wait) as transport:
        return call(capture, base_url=hook.base_url, transport=transport, tokens=tokens, on_page=report)


def drive_url(source: Drive, hook: DriveDeltaHook) -> str:
    """The drive's page for the extra link; what is committed by now must not fail for want of it."""
    try:
        return hook.find_drive(source).web_url
    except DriveDeltaError as fault:
        log.debug("No link to the drive: %s", fault)
        return ""


def with_alias(outlets: Sequence[object], alias: str | AssetAlias | None) -> list[object]:
    """The outlets, and an alias that fires when something was published."""
    if alias is None:
        return list(outlets)
    return [*outlets, AssetAlias(alias) if isinstance(alias, str) else alias]


def check_word(argument: str, given: object, words: Sequence[str]) -> None:
    """:raises ValueError: the argument is none of the words it may be; found when the DAG is parsed."""
    if given not in words:
        raise ValueError(f"{argument} is {given!r}; it is {' or '.join(map(repr, words))}")


def _said(given: object) -> str:
    """A text that need not be given: a template renders None as "None"."""
    return "" if given is None or given == "None" else str(given)


def _names(given: Sequence[str] | str | None) -> tuple[str, ...]:
    """A list, or one text with commas as a template renders it."""
    parts = given.split(",") if isinstance(given, str) else given or ()
    return tuple(name.strip() for name in parts if name.strip())
