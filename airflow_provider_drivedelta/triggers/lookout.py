"""Looks at one feed again and again, with a Connection's credentials: what sensors and triggers have in common.

Everything here blocks; triggers have it done in a thread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.providers.common.compat.sdk import AirflowNotFoundException

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.hooks.drivedelta import DriveDeltaHook
from airflow_provider_drivedelta.triggers.feed_words import FeedWords

if TYPE_CHECKING:  # imported when somebody looks, never when a DAG is parsed
    from airflow_provider_drivedelta.core.peek import Seen, Watched
    from airflow_provider_drivedelta.core.transport import Transport

LOCATED_FOR = 60
"""Looks for which a name is taken to mean what it meant: a list's title, a folder's path, a user's drive."""


class Lookout:
    """Keeps the sign-in and what the names mean from one look to the next; begins anew where a look fails."""

    def __init__(self, feed: FeedWords) -> None:
        self._feed = feed
        self._hook: DriveDeltaHook | None = None
        self._watched: Watched | None = None
        self._looks = 0

    def look(self) -> Seen:
        """Raises as `peek` does; a Connection that is not there is a matter of set-up like others."""
        # Forgotten until this look has succeeded: the Connection may be mended, a name be another's by the next one.
        hook, self._hook = self._hook or DriveDeltaHook(self._feed.drivedelta_conn_id), None
        watched, self._watched = self._watched, None
        try:
            return self._look(hook, watched)
        except AirflowNotFoundException as missing:
            then = "Add it. The triggerer must find it too."
            raise FixSetup(str(missing).rstrip("."), then=then) from missing

    def _look(self, hook: DriveDeltaHook, watched: Watched | None) -> Seen:
        from airflow_provider_drivedelta.core.peek import peek

        site = self._site(hook)
        with _brief(hook, site) as transport:
            if watched is None or self._looks % LOCATED_FOR == 0:
                watched = self._locate(site or hook.base_url, transport)
            seen = peek(watched, transport)
        self._hook, self._watched, self._looks = hook, watched, self._looks + 1
        return seen

    def _site(self, hook: DriveDeltaHook) -> str:
        """The SharePoint site to speak to; empty for the Connection's base address."""
        from airflow_provider_drivedelta.clouds import check_site
        from airflow_provider_drivedelta.core.sources import SharePointList

        if self._feed.of == "drive" or self._feed.words["protocol"] == "graph":
            return ""
        source = SharePointList.parse(self._feed.words["site"], self._feed.words["list"])
        return check_site(source.site_url, hook.base_url)

    def _locate(self, base_url: str, transport: Transport) -> Watched:
        from airflow_provider_drivedelta.core.peek_drive import DriveWords, watched_drive
        from airflow_provider_drivedelta.core.peek_list import ListWords, watched_list
        from airflow_provider_drivedelta.hooks.outputs import with_connection
        from airflow_provider_drivedelta.hooks.variables import VariableTokenStore

        output = with_connection(self._feed.output)
        tokens = VariableTokenStore() if self._feed.token_store == "variable" else None
        if self._feed.of == "drive":
            drive = DriveWords(**self._feed.words)
            return watched_drive(drive, output, base_url=base_url, transport=transport, tokens=tokens)
        words = ListWords(**self._feed.words)
        return watched_list(words, output, base_url=base_url.rstrip("/"), transport=transport, tokens=tokens)


def _brief(hook: DriveDeltaHook, site: str) -> Transport:
    """A transport for a question that can be asked again in a minute: whoever looks must not be held up."""
    from airflow_provider_drivedelta.core.transport import RetryPolicy
    from airflow_provider_drivedelta.core.transport.body import BodyLimits

    limits = BodyLimits(connect=5, idle=30, whole=60)
    return hook.transport(base_url=site, max_wait=0, policy=RetryPolicy(attempts=2), limits=limits)
