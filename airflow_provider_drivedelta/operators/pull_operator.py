"""What the operators that pull have in common: how a feed starts and starts over, and what a run tells Airflow."""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from airflow.providers.common.compat.sdk import AirflowSkipException, conf

from airflow_provider_drivedelta.core.errors import DriveDeltaError, FixSetup, NeedsReload, RetryLater
from airflow_provider_drivedelta.failures import in_airflows_words
from airflow_provider_drivedelta.operators.backfill import OnBackfill, is_backfill, window_of
from airflow_provider_drivedelta.operators.feed_operator import FeedOperator
from airflow_provider_drivedelta.operators.pull_many import pull_many
from airflow_provider_drivedelta.operators.reload import start_reload
from airflow_provider_drivedelta.operators.rendered import check_word, is_true

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from airflow_provider_drivedelta.captures import PullWords
    from airflow_provider_drivedelta.core.many import Ending
    from airflow_provider_drivedelta.core.many_summary import ManyDict
    from airflow_provider_drivedelta.core.plan import Window
    from airflow_provider_drivedelta.core.summary import Summary
    from airflow_provider_drivedelta.operators.feed_operator import SummaryDict
    from airflow_provider_drivedelta.operators.followed import Followed

log = logging.getLogger(__name__)

PULL_FIELDS = ("start", "full_reload")

MOST_WAITS = 24  # of one try; then it is a matter for the task's retries
LONGEST_WAIT = 3600.0  # seconds; a service that wants more is asked again after it


class PullOperator(FeedOperator):
    """
    The arguments that every operator that pulls takes, besides those of :class:`FeedOperator` and its own.

    The first run reads everything. Returns the run's summary: counts and the feed's folder, never rows. Of many
    ``sources`` it returns their counts together, and the summaries of some that had news.

    :param start: ``full`` reads everything first, ``latest`` only what changes from now on (templated)
    :param full_reload: read everything again and go on with a new token; also obeyed when the run's conf says
        ``{"full_reload": true}`` (templated)
    :param on_resync: when the service refuses the token: ``inline`` reads everything in this run; ``trigger``
        starts the DAG ``reload_dag_id`` to do so, once for each dead token, and ends as skipped; ``fail`` fails,
        without a retry, and says what to do. A run whose conf says ``{"on_resync": "inline"}`` reads everything
    :param reload_dag_id: the DAG that ``trigger`` starts, with ``on_resync`` and what names the feed in its conf;
        it needs the same operator, otherwise with the same settings
    :param on_backfill: what a run of a backfill does: ``replay`` hands out again, from the log, what was committed
        inside the run's window, and asks the service for nothing; ``run`` pulls like any other; ``skip`` skips
    :param deferrable: when the service throttles for longer than ``max_wait``, leave the worker until it is ready again
    :param dry_run: read the service, write nothing
    :param skip_if_unchanged: end as skipped when nothing changed, so that concrete outlets stay silent too
    """

    template_fields: Sequence[str] = (*FeedOperator.template_fields, *PULL_FIELDS)

    def __init__(
        self,
        *,
        start: str = "full",
        full_reload: bool | str = False,
        on_resync: Literal["inline", "trigger", "fail"] = "inline",
        reload_dag_id: str | None = None,
        on_backfill: OnBackfill = "replay",
        deferrable: bool = conf.getboolean("operators", "default_deferrable", fallback=False),
        dry_run: bool = False,
        skip_if_unchanged: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.start, self.full_reload, self.writes = start, full_reload, not dry_run  # BaseOperator has a `dry_run`
        self.on_resync, self.reload_dag_id = on_resync, reload_dag_id
        self.on_backfill, self.deferrable = on_backfill, deferrable
        self.skip_if_unchanged = skip_if_unchanged
        check_word("on_resync", on_resync, ("inline", "trigger", "fail"))
        check_word("on_backfill", on_backfill, ("replay", "run", "skip"))
        if (on_resync == "trigger") != bool(reload_dag_id):
            raise ValueError("reload_dag_id and on_resync='trigger' go together: give both, or neither")

    @abstractmethod
    def pull(self, context: Context) -> Summary:
        """One call of the core, and the address of what was followed into `web_url`."""

    @abstractmethod
    def pull_each(self, context: Context) -> list[Ending[Followed, Summary]]:
        """The same call for each of `sources`."""

    def execute(self, context: Context) -> SummaryDict | ManyDict:
        return self._run(context, waits=0)

    def go_on(self, context: Context, event: object = None, *, waits: int = 0) -> SummaryDict | ManyDict:
        """Begins again after a wait outside of the worker; a long read has its checkpoint."""
        return self._run(context, waits=waits)

    def _run(self, context: Context, *, waits: int) -> SummaryDict | ManyDict:
        if is_backfill(context["dag_run"]) and self.on_backfill == "skip":
            raise AirflowSkipException("This is a run of a backfill, and on_backfill is 'skip'")
        if self.sources is not None:
            return pull_many(self, context, waits)
        with in_airflows_words():
            summary = self._pull_or_wait(context, waits)
        if summary.kind == "replay" and summary.to_increment is None:
            raise AirflowSkipException(f"Nothing of {self.followed} was captured in this run's window")
        self.feed_done(context, self.followed, summary)
        if self.skip_if_unchanged and not summary.has_news:
            raise AirflowSkipException(f"Nothing changed in {self.followed}")
        return summary.to_dict()

    def pull_words(self, context: Context) -> PullWords:
        """The arguments as they were rendered, and what the run says to them."""
        run = context["dag_run"]
        conf = run.conf or {}
        inline = "inline" in (self.on_resync, conf.get("on_resync"))
        dry_trigger = self.on_resync == "trigger" and not self.writes  # starts nothing; counts what the reload would
        return {
            "start": self.start,
            "full_reload": is_true("full_reload", self.full_reload)
            or is_true("full_reload", conf.get("full_reload", False)),
            "on_resync": "inline" if inline or dry_trigger else "stop",
            "dry_run": not self.writes,
            "named_run": True,
            "cleared": bool(run.clear_number),
            "window": self._window(context),
        }

    def _window(self, context: Context) -> Window | None:
        """What a run of a backfill is to hand out again; None for any other run."""
        run = context["dag_run"]
        if not is_backfill(run) or self.on_backfill != "replay":
            return None
        if is_true("full_reload", (run.conf or {}).get("full_reload", False)):
            then = "Trigger a run of its own for the full_reload, or backfill with on_backfill='run'."
            raise FixSetup("This backfill run is to replay what was captured, and to read everything again", then=then)
        return window_of(run, context["dag"].timetable)

    def _pull_or_wait(self, context: Context, waits: int) -> Summary:
        """Pull; where the service wants to be left alone for longer than `max_wait`, free the worker until then."""
        try:
            return self._pull_or_leave_it(context)
        except RetryLater as busy:
            self.wait_if_told(busy, waits)
            self.feed_failed(context, self.followed, busy)
            raise
        except DriveDeltaError as failure:
            self.feed_failed(context, self.followed, failure)
            raise

    def wait_if_told(self, busy: RetryLater, waits: int) -> None:
        """:raises TaskDeferred: the service named a time, and there is a triggerer to wait for it."""
        if busy.after is None or not self.deferrable or waits >= MOST_WAITS:
            return
        from airflow.providers.standard.triggers.temporal import DateTimeTrigger

        seconds = min(busy.after, LONGEST_WAIT)
        log.info("%s; going on in %.0f s", busy.what, seconds)
        moment = datetime.now(UTC) + timedelta(seconds=seconds)
        self.defer(trigger=DateTimeTrigger(moment=moment), method_name="go_on", kwargs={"waits": waits + 1})

    def _pull_or_leave_it(self, context: Context) -> Summary:
        try:
            return self.pull(context)
        except NeedsReload as refusal:
            if self.reload_dag_id is None:
                raise
            self.leave_to_reload(context, self.followed, refusal)

    def leave_to_reload(self, context: Context, one: Followed, refusal: NeedsReload) -> NoReturn:
        """:raises AirflowSkipException: another DAG reads everything of it; other errors as `start_reload`."""
        assert self.reload_dag_id is not None  # else a dead token is an error
        feed = {**self.asked_of(one), "output": self.output_path}
        start_reload(self.reload_dag_id, refusal, feed=feed, ti=context["ti"])

    def asked_of(self, one: Followed) -> Mapping[str, str]:
        """What names the feed to another operator of the kind, besides its output."""
        return one.words
