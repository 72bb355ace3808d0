"""What a hook knows of health: as `drivedelta status`, but with the tokens in Airflow's Variables; and for `doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # what these bring along must not weigh on the parsing of DAGs
    from requests.auth import AuthBase

    from airflow_provider_drivedelta.core.health.feed_health import FeedHealth
    from airflow_provider_drivedelta.hooks.connection import Settings


class HealthMixin:
    """Part of :class:`DriveDeltaHook`; feeds are looked at where they lie, so that takes no Connection."""

    if TYPE_CHECKING:

        def _auth(self, settings: Settings) -> AuthBase: ...

    def auth_for(self, settings: Settings) -> AuthBase:
        """What signs requests with these settings; the hook's transports share it."""
        return self._auth(settings)

    def feed_health(self, output: str) -> list[FeedHealth]:
        """
        How each feed fares: last success and change, age of its token, last error, what waits for a person.

        :param output: the output folder with all its feeds, or one feed's folder in it, as the operators take it
        :return: one value a feed, by the names of their folders; a feed that cannot be read says so itself
        :raises FixSetup: there is no feed, or the output cannot be read.
        """
        from airflow_provider_drivedelta.core.health.read import feeds_health
        from airflow_provider_drivedelta.core.lake.output import open_output
        from airflow_provider_drivedelta.hooks.outputs import with_connection
        from airflow_provider_drivedelta.hooks.variables import VariableTokenStore

        return feeds_health(open_output(with_connection(output)), tokens=VariableTokenStore())

    def check_feeds(self, output: str, fail_if: str) -> list[FeedHealth]:
        """
        Feeds that are beyond the limits fail the task, without a retry, with a table of them.

        :param output: as in :meth:`feed_health`
        :param fail_if: such as ``stale=26h,expiring=7d,failing,held,quarantine``
        :return: the health of all feeds, where none is beyond
        :raises AirflowFailException: one is, or the feeds cannot be judged.
        """
        from airflow.providers.common.compat.sdk import AirflowFailException

        from airflow_provider_drivedelta.core.health.limits import parse_limits
        from airflow_provider_drivedelta.core.health.table import alarm
        from airflow_provider_drivedelta.failures import in_airflows_words

        with in_airflows_words():
            feeds, limits = self.feed_health(output), parse_limits(fail_if)
        if told := alarm(feeds, limits):
            raise AirflowFailException(told)
        return feeds
