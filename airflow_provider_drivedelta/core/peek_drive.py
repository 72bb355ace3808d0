"""From a drive as the user named it to the feed that is looked at: the one that a pull of the same words follows."""

from __future__ import annotations

from dataclasses import dataclass

from airflow_provider_drivedelta.core.lake.output import Output, open_output
from airflow_provider_drivedelta.core.lake.token_file import TokenFile
from airflow_provider_drivedelta.core.locate import locate
from airflow_provider_drivedelta.core.peek import Watched
from airflow_provider_drivedelta.core.protocols.drive_protocols import PROTOCOLS, check_protocol
from airflow_provider_drivedelta.core.protocols.graph_drive import SHARING_CHANGES
from airflow_provider_drivedelta.core.scopes import drive_scope
from airflow_provider_drivedelta.core.sources import Drive, Feed
from airflow_provider_drivedelta.core.tokens import TokenStore
from airflow_provider_drivedelta.core.transport import Transport


@dataclass(frozen=True, slots=True, kw_only=True)
class DriveWords:
    """What names a drive's feed, and what its answers depend on; see `DriveCapture`. The rest is in the token."""

    source: str
    protocol: str = "graph"
    folder: str = ""
    sharing_changes: bool = False


def watched_drive(
    words: DriveWords, output: str | Output, *, base_url: str, transport: Transport, tokens: TokenStore | None = None
) -> Watched:
    """The drive's feed. Without `tokens` its token is the one beside the data.

    Asks the service which drive it is, where that is not named by its id. Raises as `capture_drive` does.
    """
    check_protocol(words.protocol, base_url)
    lake, source = open_output(output), Drive.parse(words.source)
    place = locate(source, protocol=words.protocol, base_url=base_url, transport=transport)
    feed = Feed.of_drive(place.drive_id, output=lake.full_path(), scope=drive_scope(place, words.folder))
    storage = lake.below(feed.folder)
    return Watched(
        feed=feed,
        source=str(Drive("drives", place.drive_id, place.item_id)),
        protocol=PROTOCOLS[words.protocol](
            base_url=base_url,
            drive_id=place.drive_id,
            item_id=place.item_id,
            prefer=SHARING_CHANGES if words.sharing_changes else (),
        ),
        storage=storage,
        tokens=tokens or TokenFile(storage),
    )
