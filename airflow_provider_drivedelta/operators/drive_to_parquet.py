"""The operator that pulls what changed in one drive."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from airflow.providers.common.compat.sdk import AirflowSkipException, BaseOperator

from airflow_provider_drivedelta.assets import announce
from airflow_provider_drivedelta.core.errors import FixSetup, NeedsReload
from airflow_provider_drivedelta.core.sources import Drive
from airflow_provider_drivedelta.failures import in_airflows_words
from airflow_provider_drivedelta.hooks.drivedelta import DriveDeltaHook
from airflow_provider_drivedelta.links import DriveLink
from airflow_provider_drivedelta.operators.following import ask, check_word, drive_url, followed, with_alias
from airflow_provider_drivedelta.operators.reload import start_reload

if TYPE_CHECKING:  # pyarrow, duckdb and msal hang on these: imported when a task runs, never when a DAG is parsed
    from airflow.providers.common.compat.sdk import AssetAlias, BaseOperatorLink, Context

    from airflow_provider_drivedelta.core.capture import DriveCapture
    from airflow_provider_drivedelta.core.plan import OnUnsure
    from airflow_provider_drivedelta.core.summary import Summary
    from airflow_provider_drivedelta.operators.following import SummaryDict, TokenPlace


class DriveDeltaToParquetOperator(BaseOperator):
    """
    Pull what changed in one drive since the last run, and append it as typed Parquet.

    The first run reads everything. Returns the run's summary: counts and the feed's folder, never rows.

    :param source: the drive: ``drives/{id}``, ``users/{id or name}``, ``groups/{id}``, ``sites/{id}``, ``me``,
        a bare drive id, or a :class:`~airflow_provider_drivedelta.core.sources.Drive` (templated)
    :param output: folder under which the feed's own folder is made (templated, as ``output_path``)
    :param drivedelta_conn_id: Connection of type ``drivedelta`` or ``msgraph`` (templated)
    :param protocol: wire protocol
    :param start: ``full`` reads everything first, ``latest`` only what changes from now on (templated)
    :param folder: follow this folder only: its path from the drive's root, or its item id (templated)
    :param select: properties to ask for; all by default (templated)
    :param expand: relations to ask for as well (templated)
    :param page_size: items a page; by default what the service likes best
    :param sharing_changes: ask for changes of permissions too; needs Sites.FullControl.All
    :param full_reload: read everything again and go on with a new token; also obeyed when the run's conf says
        ``{"full_reload": true}`` (templated)
    :param on_resync: when the service refuses the token: ``inline`` reads everything in this run; ``trigger``
        starts the DAG ``reload_dag_id`` to do so, once for each dead token, and ends as skipped; ``fail`` fails,
        without a retry, and says what to do. A run whose conf says ``{"on_resync": "inline"}`` reads everything
    :param reload_dag_id: the DAG that ``trigger`` starts, with ``on_resync``, ``source``, ``output`` and, where
        given, ``folder`` in its conf; it needs this operator, otherwise with the same settings
    :param on_unsure: what becomes of items that a full read does not find although the service admits that it may
        have lost them: ``keep`` marks them missing, ``delete`` deletes them
    :param confirm_deletes: the id of a full read that was held back because it would delete very much: publish it;
        also obeyed when the run's conf says ``{"confirm_deletes": "<id>"}`` (templated)
    :param dry_run: read the service, write nothing
    :param max_wait: seconds of throttling to sit out before the task gives up and is retried
    :param token_store: keep the token in a Variable (``variable``) or beside the data (``output``)
    :param asset_alias: fires an asset event with the summary when something was published, and only then; so
        does every alias among ``outlets``. A concrete asset there fires on every success
    :param skip_if_unchanged: end as skipped when nothing changed, so that concrete outlets stay silent too
    """

    template_fields: Sequence[str] = (
        "source",
        "output_path",
        "drivedelta_conn_id",
        "start",
        "folder",
        "select",
        "expand",
        "full_reload",
        "confirm_deletes",
    )
    operator_extra_links: Collection[BaseOperatorLink] = (DriveLink(),)
    ui_color = "#d7e8f7"

    def __init__(
        self,
        *,
        source: str | Drive,
        output: str,
        drivedelta_conn_id: str = DriveDeltaHook.default_conn_name,
        protocol: str = "graph",
        start: str = "full",
        folder: str = "",
        select: Sequence[str] = (),
        expand: Sequence[str] = (),
        page_size: int | None = None,
        sharing_changes: bool = False,
        full_reload: bool | str = False,
        on_resync: Literal["inline", "trigger", "fail"] = "inline",
        reload_dag_id: str | None = None,
        on_unsure: OnUnsure = "keep",
        confirm_deletes: str = "",
        dry_run: bool = False,
        max_wait: float = 600.0,
        token_store: TokenPlace = "variable",  # noqa: S107 - a place, no password
        asset_alias: str | AssetAlias | None = None,
        skip_if_unchanged: bool = False,
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]
        self.source = str(source) if isinstance(source, Drive) else source
        self.output_path = output  # `output` and `dry_run` are names of BaseOperator's own
        self.drivedelta_conn_id = drivedelta_conn_id
        self.protocol, self.start = protocol, start
        self.folder = folder
        self.select, self.expand, self.page_size = select, expand, page_size
        self.sharing_changes, self.full_reload, self.writes = sharing_changes, full_reload, not dry_run
        self.on_resync, self.reload_dag_id = on_resync, reload_dag_id
        self.on_unsure, self.confirm_deletes = on_unsure, confirm_deletes
        self.max_wait, self.token_store, self.skip_if_unchanged = max_wait, token_store, skip_if_unchanged
        self.drive_url = ""
        self.outlets = with_alias(self.outlets, asset_alias)
        check_word("token_store", token_store, ("variable", "output"))
        check_word("on_resync", on_resync, ("inline", "trigger", "fail"))
        check_word("on_unsure", on_unsure, ("keep", "delete"))
        if (on_resync == "trigger") != bool(reload_dag_id):
            raise ValueError("reload_dag_id and on_resync='trigger' go together: give both, or neither")

    def execute(self, context: Context) -> SummaryDict:
        with in_airflows_words():
            summary = self._pull(context)
        if self.writes:
            announce(summary, self.outlets, context["outlet_events"])
        if self.skip_if_unchanged and not summary.has_news:
            raise AirflowSkipException(f"Nothing changed in {self.source}")
        return summary.to_dict()

    def _pull(self, context: Context) -> Summary:
        from airflow_provider_drivedelta.core.capture import capture_drive

        capture, hook = self._capture(context), DriveDeltaHook(self.drivedelta_conn_id)
        try:
            summary = ask(capture_drive, capture, self, hook)
        except NeedsReload as refusal:
            if self.reload_dag_id is None:
                raise
            start_reload(self.reload_dag_id, refusal, feed=self._feed(), ti=context["ti"])
        if summary.kind != "quiet":  # a quiet run costs one request, and stays so
            self.drive_url = drive_url(capture.source, hook)
        return summary

    def _feed(self) -> dict[str, str]:
        """Which feed this is, in the words of the arguments."""
        named = {"source": self.source, "output": self.output_path, "folder": self.folder}
        return {name: value for name, value in named.items() if value}

    def _capture(self, context: Context) -> DriveCapture:
        conf = context["dag_run"].conf or {}
        inline = "inline" in (self.on_resync, conf.get("on_resync"))
        dry_trigger = self.on_resync == "trigger" and not self.writes  # starts nothing; counts what the reload would
        return replace(
            followed(self, context),
            start=self.start,
            full_reload=_is_true(self.full_reload) or _is_true(conf.get("full_reload", False)),
            on_resync="inline" if inline or dry_trigger else "stop",
            dry_run=not self.writes,
        )


def _is_true(given: bool | str | None) -> bool:
    """A flag that may come as text: a template renders False as "False", which Python takes for true."""
    word = str(given).strip().lower()
    if word not in ("true", "false", "none", ""):
        raise FixSetup(f"full_reload is {given!r}", then="Say true or false.")
    return word == "true"
