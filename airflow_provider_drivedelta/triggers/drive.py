"""The trigger that starts runs when a drive has something new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_provider_drivedelta.hooks.drivedelta import DriveDeltaHook
from airflow_provider_drivedelta.triggers.event_trigger import FeedEventTrigger
from airflow_provider_drivedelta.triggers.feed_words import FeedWords, TokenPlace, drive_words

if TYPE_CHECKING:
    from airflow_provider_drivedelta.core.sources import Drive


class DriveDeltaTrigger(FeedEventTrigger):
    """
    Watches a drive for an ``AssetWatcher``, and fires when a pull of it would find something new.

    A hint, no more: it never moves the pull's token, and writes nothing beside the data. It fires once for each
    token of the pull, and for the same one again after ten minutes, then ever more rarely, since the pull may have
    failed. After a restart of the triggerer it goes on where it was: what it has told is kept in the watched
    asset's state where Airflow has that (3.3), and without it one run more finds nothing. A feed that was never
    read, and a token that the service refuses, are news; the drive's root alone is none. It also fires when it
    cannot look for a reason that a person must mend, so that the run fails and is seen.

    The event's payload: ``feed``, ``source`` and ``reason`` (``never_read``, ``changed``, ``token_refused``,
    ``cannot_look``).

    :param source: the drive, in any form that the pull's operator takes
    :param output: the output folder of the pull; the triggerer must reach it where the token lies there, or where
        its Variable is gone
    :param folder: the pull's ``folder``
    :param protocol: the pull's ``protocol``
    :param sharing_changes: the pull's ``sharing_changes``
    :param drivedelta_conn_id: Connection of type ``drivedelta`` or ``msgraph``
    :param token_store: where the pull keeps its token: ``variable`` or ``output``
    :param poll_interval: seconds between two looks
    """

    def __init__(
        self,
        *,
        source: str | Drive,
        output: str,
        folder: str = "",
        protocol: str = "graph",
        sharing_changes: bool = False,
        drivedelta_conn_id: str = DriveDeltaHook.default_conn_name,
        token_store: TokenPlace = "variable",  # noqa: S107 - a place, no password
        poll_interval: float = 60.0,
    ) -> None:
        words = drive_words(source=source, folder=folder, protocol=protocol, sharing_changes=sharing_changes)
        feed = FeedWords(
            of="drive", words=words, output=output, drivedelta_conn_id=drivedelta_conn_id, token_store=token_store
        )
        super().__init__(feed=feed, poll_interval=poll_interval)
