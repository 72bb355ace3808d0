"""What every operator of a feed has in common: where the feed lies, how the service is asked, what a run may decide."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from airflow.providers.common.compat.sdk import AssetAlias, BaseOperator

from airflow_provider_drivedelta.hooks.drivedelta import DriveDeltaHook
from airflow_provider_drivedelta.operators.rendered import check_word, said
from airflow_provider_drivedelta.operators.signature import whole_signature

if TYPE_CHECKING:  # pyarrow, duckdb and msal hang on these: imported when a task runs, never when a DAG is parsed
    from airflow.providers.common.compat.sdk import Context

    from airflow_provider_drivedelta.captures import FeedWords
    from airflow_provider_drivedelta.core.plan import OnUnsure, Progress
    from airflow_provider_drivedelta.core.tokens import TokenStore
    from airflow_provider_drivedelta.core.transport import Transport

log = logging.getLogger(__name__)

PROGRESS_EVERY = 50  # pages; about half a minute against the real service

SummaryDict = dict[str, str | int | float | bool | None]
TokenPlace = Literal["variable", "output"]
Capture_contra = TypeVar("Capture_contra", contravariant=True)
Answer_co = TypeVar("Answer_co", covariant=True)


class Call(Protocol[Capture_contra, Answer_co]):
    """`capture_drive`, `reconcile_drive`, `capture_list`."""

    def __call__(
        self,
        capture: Capture_contra,
        *,
        base_url: str,
        transport: Transport,
        tokens: TokenStore | None,
        on_page: Callable[[Progress], None] | None,
    ) -> Answer_co: ...


class FeedOperator(BaseOperator):
    """
    The arguments that every operator of a feed takes, besides those of its own.

    :param output: folder under which the feed's own folder is: a path, or an address such as
        ``s3://aws_default@bucket/prefix``, ``abfs://…``, ``gs://…`` (templated, as ``output_path``)
    :param drivedelta_conn_id: Connection of type ``drivedelta`` or ``msgraph`` (templated)
    :param on_unsure: what becomes of items that a full read does not find although the service admits that it may
        have lost them: ``keep`` marks them missing, ``delete`` deletes them
    :param confirm_deletes: the id of a full read that was held back because it would delete very much: publish it
        first; also obeyed when the run's conf says ``{"confirm_deletes": "<id>"}`` (templated)
    :param max_wait: seconds of throttling to sit out before the task gives up and is retried
    :param token_store: keep the token in a Variable (``variable``) or beside the data (``output``)
    :param asset_alias: fires an asset event with the summary when something was published, and only then; so
        does every alias among ``outlets``. A concrete asset there fires on every success
    """

    template_fields: Sequence[str] = ("output_path", "drivedelta_conn_id", "confirm_deletes")
    ui_color = "#d7e8f7"
    protocol: str

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.__signature__ = whole_signature(cls, up_to=BaseOperator)  # type: ignore[attr-defined]

    def __init__(
        self,
        *,
        output: str,
        drivedelta_conn_id: str = DriveDeltaHook.default_conn_name,
        on_unsure: OnUnsure = "keep",
        confirm_deletes: str = "",
        max_wait: float = 600.0,
        token_store: TokenPlace = "variable",  # noqa: S107 - a place, no password
        asset_alias: str | AssetAlias | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.output_path = output  # `output` is a name of BaseOperator's own
        self.drivedelta_conn_id = drivedelta_conn_id
        self.on_unsure, self.confirm_deletes = on_unsure, confirm_deletes
        self.max_wait, self.token_store = max_wait, token_store
        self.web_url = ""  # what the button on the task opens
        if asset_alias is not None:
            alias = AssetAlias(asset_alias) if isinstance(asset_alias, str) else asset_alias
            self.outlets = [*self.outlets, alias]
        check_word("token_store", token_store, ("variable", "output"))
        check_word("on_unsure", on_unsure, ("keep", "delete"))

    @cached_property
    def hook(self) -> DriveDeltaHook:
        return DriveDeltaHook(self.drivedelta_conn_id)

    def feed_words(self, context: Context) -> FeedWords:
        """The arguments as they were rendered, and what the run says to them."""
        from airflow_provider_drivedelta.hooks.outputs import with_connection

        ti, conf = context["ti"], context["dag_run"].conf or {}
        mapped = "" if ti.map_index in (None, -1) else f"[{ti.map_index}]"
        return {
            "output": with_connection(self.output_path),
            "protocol": self.protocol,
            "on_unsure": self.on_unsure,
            "confirm_deletes": said(conf.get("confirm_deletes")) or said(self.confirm_deletes),
            "run": f"{ti.dag_id}/{ti.run_id}/{ti.task_id}{mapped}",
        }

    def ask(self, call: Call[Capture_contra, Answer_co], capture: Capture_contra, *, site: str = "") -> Answer_co:
        """Make the call with the Connection's transport and the operator's token store.

        :param site: a SharePoint site to speak to, instead of the Connection's base address.
        """
        from airflow_provider_drivedelta.hooks.variables import VariableTokenStore

        tokens = VariableTokenStore() if self.token_store == "variable" else None
        with self.hook.transport(base_url=site, max_wait=self.max_wait) as transport:
            base_url = site or self.hook.base_url
            return call(capture, base_url=base_url, transport=transport, tokens=tokens, on_page=_report)


def _report(progress: Progress) -> None:
    if progress.pages % PROGRESS_EVERY == 0:
        log.info("%d pages, %d items so far", progress.pages, progress.items)
