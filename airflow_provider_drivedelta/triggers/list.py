"""The trigger that starts runs when a SharePoint list has something new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from airflow_provider_drivedelta.hooks.drivedelta import DriveDeltaHook
from airflow_provider_drivedelta.triggers.event_trigger import FeedEventTrigger
from airflow_provider_drivedelta.triggers.feed_words import FeedWords, TokenPlace, list_words


class SharePointListDeltaTrigger(FeedEventTrigger):
    """
    Watches a list for an ``AssetWatcher``, and fires when a pull of it would find something new.

    It does so as :class:`~airflow_provider_drivedelta.triggers.DriveDeltaTrigger` does for a drive.

    :param site: the site's URL, or ``{host}:/{path}``; with ``protocol="graph"`` also its id
    :param list: the list's title, GUID or URL
    :param output: the output folder of the pull; the triggerer must reach it where the token lies there, or where
        its Variable is gone
    :param protocol: the pull's ``protocol``
    :param fields: the pull's ``fields``; so are ``view``, ``query``, ``contains`` and ``query_options``: they tell
        one feed of a list from another
    :param drivedelta_conn_id: Connection of type ``drivedelta`` or ``msgraph``
    :param token_store: where the pull keeps its token: ``variable`` or ``output``
    :param poll_interval: seconds between two looks
    """

    def __init__(
        self,
        *,
        site: str,
        list: str,
        output: str,
        protocol: str = "sharepoint",
        fields: Sequence[str] = (),
        view: str = "",
        query: str = "",
        contains: str = "",
        query_options: Mapping[str, str] | None = None,
        drivedelta_conn_id: str = DriveDeltaHook.default_conn_name,
        token_store: TokenPlace = "variable",  # noqa: S107 - a place, no password
        poll_interval: float = 60.0,
    ) -> None:
        words = list_words(
            site=site,
            list=list,
            protocol=protocol,
            fields=fields,
            view=view,
            query=query,
            contains=contains,
            query_options=query_options,
        )
        feed = FeedWords(
            of="list", words=words, output=output, drivedelta_conn_id=drivedelta_conn_id, token_store=token_store
        )
        super().__init__(feed=feed, poll_interval=poll_interval)
