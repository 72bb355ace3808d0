"""What every operator of a feed has in common: where the feed lies, how the service is asked, what a run may decide."""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, TypeVar

from airflow.providers.common.compat.sdk import Asset, AssetAlias, BaseOperator

from airflow_provider_drivedelta.assets import announce
from airflow_provider_drivedelta.hooks.drivedelta import DriveDeltaHook
from airflow_provider_drivedelta.lineage import TellsLineage
from airflow_provider_drivedelta.metrics import count_failure, count_run
from airflow_provider_drivedelta.operators.followed import Followed, label
from airflow_provider_drivedelta.operators.rendered import check_word, said
from airflow_provider_drivedelta.operators.signature import whole_signature

if TYPE_CHECKING:  # pyarrow, duckdb and msal hang on these: imported when a task runs, never when a DAG is parsed
    from airflow.providers.common.compat.sdk import Context

    from airflow_provider_drivedelta.captures import FeedWords
    from airflow_provider_drivedelta.core.lake.output import Output
    from airflow_provider_drivedelta.core.many import Company
    from airflow_provider_drivedelta.core.plan import OnUnsure, Progress
    from airflow_provider_drivedelta.core.summary import Summary
    from airflow_provider_drivedelta.core.tokens import TokenStore
    from airflow_provider_drivedelta.core.transport import ThrottleGate, Transport

log = logging.getLogger(__name__)

PROGRESS_EVERY = 50  # pages; about half a minute against the real service
LABEL = "{{ task.feed_name }}"
THREADS = 16  # most of a quiet pull is waiting for the service
MOST_THREADS = 64

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
        company: Company | None = None,
    ) -> Answer_co: ...


class FeedOperator(TellsLineage, BaseOperator):
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
    :param sources: many sources for this one task instead of a single one: a list of them as each is given alone,
        or of dicts that name the argument and perhaps a ``name`` for people (templated)
    :param threads: how many of the sources to ask at a time
    :param map_index_template: what a mapped task is called; by default by the name of what it follows
    """

    template_fields: Sequence[str] = ("sources", "output_path", "drivedelta_conn_id", "confirm_deletes")
    ui_color = "#d7e8f7"
    protocol: str
    arguments: ClassVar[Sequence[str]]
    """Those that name a source."""
    writes: bool = True

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
        sources: Iterable[str | Mapping[str, str]] | str | None = None,
        threads: int = THREADS,
        map_index_template: str | None = LABEL,
        **kwargs: Any,
    ) -> None:
        super().__init__(map_index_template=map_index_template or LABEL, **kwargs)  # `partial` of Airflow 3.1 says None
        self.output_path = output  # `output` is a name of BaseOperator's own
        self.drivedelta_conn_id = drivedelta_conn_id
        self.on_unsure, self.confirm_deletes = on_unsure, confirm_deletes
        self.max_wait, self.token_store = max_wait, token_store
        # The very object: Airflow knows what came as XCom by it, and renders no template in what others named.
        self.sources = sources
        self.threads = threads
        self.web_url = ""  # what the button on the task opens
        self.gate: ThrottleGate | None = None
        if asset_alias is not None:
            alias = AssetAlias(asset_alias) if isinstance(asset_alias, str) else asset_alias
            self.outlets = [*self.outlets, alias]
        check_word("token_store", token_store, ("variable", "output"))
        check_word("on_unsure", on_unsure, ("keep", "delete"))
        if not 0 < threads <= MOST_THREADS:
            raise ValueError(f"threads is {threads}; it is 1 to {MOST_THREADS}")

    @cached_property
    def hook(self) -> DriveDeltaHook:
        return DriveDeltaHook(self.drivedelta_conn_id)

    def feed_words(self, context: Context) -> FeedWords:
        """The arguments as they were rendered, and what the run says to them."""
        ti, conf = context["ti"], context["dag_run"].conf or {}
        mapped = "" if ti.map_index in (None, -1) else f"[{ti.map_index}]"
        return {
            "output": self.reached_output(),
            "protocol": self.protocol,
            "on_unsure": self.on_unsure,
            "confirm_deletes": said(conf.get("confirm_deletes")) or said(self.confirm_deletes),
            "run": f"{ti.dag_id}/{ti.run_id}/{ti.task_id}{mapped}",
        }

    def reached_output(self) -> Output:
        """The output, with the Connection that it may name."""
        from airflow_provider_drivedelta.hooks.outputs import with_connection

        return with_connection(self.output_path)

    @property
    @abstractmethod
    def followed(self) -> Followed:
        """The one source, where there is one."""

    @abstractmethod
    def spelling(self, one: Followed) -> str:
        """The same for all spellings of a source that can be told to be one without asking the service."""

    @abstractmethod
    def site_of(self, one: Followed) -> str:
        """The SharePoint site to speak to; empty for the Connection's base address."""

    @property
    def feed_name(self) -> str:
        """What a person calls that which the task follows; for `map_index_template`."""
        return str(self.followed) if self.sources is None else label(self.sources, self.arguments)

    def ask(self, call: Call[Capture_contra, Answer_co], capture: Capture_contra) -> Answer_co:
        """Make the call with the Connection's transport and the operator's token store."""
        site = self.site_of(self.followed)
        with self.hook.transport(base_url=site, max_wait=self.max_wait) as transport:
            self.gate = transport.gate
            base_url = site or self.hook.base_url
            return call(capture, base_url=base_url, transport=transport, tokens=self.tokens(), on_page=report)

    def feed_done(self, context: Context, one: Followed, summary: Summary) -> None:
        """Called once for each feed that ended well, single or of many, in the task's own thread."""
        if not self.writes:
            return
        count_run(summary, output=self.reached_output)
        self.tell_lineage(summary, context=self.hook)
        of_one = self.sources is None  # of many, a concrete asset is told at the end, of all together
        outlets = [outlet for outlet in self.outlets if of_one or not isinstance(outlet, Asset)]
        announce(summary, outlets, context["outlet_events"])

    def feed_failed(self, context: Context, one: Followed, failure: Exception) -> None:
        """Called once for each feed that failed, single or of many, in the task's own thread."""
        log.error("%s failed: %s", one, failure)
        count_failure(failure, protocol=self.protocol)

    def on_kill(self) -> None:
        """Every feed stops at its next request; what is not committed by then is left as if it had not begun."""
        if self.gate is not None:
            self.gate.stop()

    def tokens(self) -> TokenStore | None:
        from airflow_provider_drivedelta.hooks.variables import VariableTokenStore

        return VariableTokenStore() if self.token_store == "variable" else None


def report(progress: Progress) -> None:
    if progress.pages % PROGRESS_EVERY == 0:
        log.info("%d pages, %d items so far", progress.pages, progress.items)
