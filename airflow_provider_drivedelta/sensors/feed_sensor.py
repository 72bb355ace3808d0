"""What every sensor of a feed has in common: how it looks, how it waits, and when it gives up."""

from __future__ import annotations

import logging
import time
from abc import abstractmethod
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NoReturn

from airflow.providers.common.compat.sdk import (
    AirflowException,
    AirflowFailException,
    BaseSensorOperator,
    PokeReturnValue,
    conf,
)

from airflow_provider_drivedelta.core.errors import RetryLater
from airflow_provider_drivedelta.failures import in_airflows_words
from airflow_provider_drivedelta.hooks.drivedelta import DriveDeltaHook
from airflow_provider_drivedelta.operators.rendered import check_word
from airflow_provider_drivedelta.operators.signature import whole_signature
from airflow_provider_drivedelta.triggers.feed_words import FeedWords, TokenPlace
from airflow_provider_drivedelta.triggers.lookout import Lookout
from airflow_provider_drivedelta.triggers.wait_trigger import FeedWaitTrigger

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

log = logging.getLogger(__name__)


class FeedSensor(BaseSensorOperator):
    """
    The arguments that every sensor of a feed takes, besides those of its own and of ``BaseSensorOperator``.

    Waits until a pull would find something new, and never moves the pull's token. A feed that was never read, and a
    token that the service refuses, are news. Returns the feed, its source and the reason: ``never_read``,
    ``changed`` or ``token_refused``.

    :param output: the output folder of the pull (templated, as ``output_path``)
    :param drivedelta_conn_id: Connection of type ``drivedelta`` or ``msgraph`` (templated)
    :param token_store: where the pull keeps its token: ``variable`` or ``output``
    :param deferrable: wait in the triggerer instead of on a worker
    :param max_trouble: seconds for which every look may fail, because the service is busy or out of reach, before
        the sensor fails for a retry. In mode ``reschedule``, where looks know nothing of each other, ``timeout`` alone
        bounds that
    """

    template_fields: Sequence[str] = ("output_path", "drivedelta_conn_id")
    ui_color = "#d7f8e4"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.__signature__ = whole_signature(cls, up_to=BaseSensorOperator)  # type: ignore[attr-defined]

    def __init__(
        self,
        *,
        output: str,
        drivedelta_conn_id: str = DriveDeltaHook.default_conn_name,
        token_store: TokenPlace = "variable",  # noqa: S107 - a place, no password
        deferrable: bool = conf.getboolean("operators", "default_deferrable", fallback=False),
        max_trouble: float = 3600.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.output_path = output  # `output` is a name of BaseOperator's own
        self.drivedelta_conn_id, self.token_store = drivedelta_conn_id, token_store
        self.deferrable, self.max_trouble = deferrable, max_trouble
        check_word("token_store", token_store, ("variable", "output"))
        self._lookout: Lookout | None = None
        self._in_vain_since: float | None = None

    @abstractmethod
    def feed(self) -> FeedWords:
        """The feed, by the arguments as they were rendered."""

    def execute(self, context: Context) -> Any:
        return self._look_or_defer(context) if self.deferrable else super().execute(context)

    def _look_or_defer(self, context: Context) -> Any:
        # A first look here: what is wrong with the set-up is said at once, and news need no triggerer.
        found = self.poke(context)
        if not found:
            self._wait_outside()
        return found.xcom_value

    def _wait_outside(self) -> NoReturn:
        waits = {"poll_interval": max(self.poke_interval, 1.0), "max_trouble": self.max_trouble}
        self.defer(
            trigger=FeedWaitTrigger(feed=self.feed().to_json(), **waits),
            method_name="execute_complete",
            timeout=timedelta(seconds=self.timeout),
        )

    def poke(self, context: Context) -> PokeReturnValue:
        """One look; while the service cannot be asked, there is nothing new as far as anybody knows."""
        self._lookout = self._lookout or Lookout(self.feed())
        with in_airflows_words():
            try:
                seen = self._lookout.look()
            except RetryLater as busy:
                self._be_patient(busy)
                return PokeReturnValue(is_done=False)
        self._in_vain_since = None
        found = {"feed": seen.feed, "source": seen.source, "reason": seen.reason}
        return PokeReturnValue(is_done=seen.has_news, xcom_value=found)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> dict[str, Any]:
        """Goes on when the trigger has told: of news, or of what it could not do.

        :raises AirflowFailException: somebody must mend something; a retry would only repeat it.
        """
        if "trouble" not in event:
            return event
        raise (AirflowFailException if event["is_final"] else AirflowException)(event["trouble"])

    def _be_patient(self, busy: RetryLater) -> None:
        """:raises RetryLater: it has lasted for too long."""
        now = time.monotonic()
        self._in_vain_since = now if self._in_vain_since is None else self._in_vain_since
        if now - self._in_vain_since >= self.max_trouble and not self.deferrable:
            raise busy
        log.warning("Nothing can be said yet: %s", busy)
