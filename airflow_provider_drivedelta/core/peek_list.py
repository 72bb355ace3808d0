"""From a list as the user named it to the feed that is looked at: the one that a pull of the same words follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from airflow_provider_drivedelta.core.changes import Request, Token
from airflow_provider_drivedelta.core.lake.output import Output, open_output
from airflow_provider_drivedelta.core.lake.token_file import TokenFile
from airflow_provider_drivedelta.core.lists.headline import SOURCES
from airflow_provider_drivedelta.core.locate_list import ListPlace, locate_list
from airflow_provider_drivedelta.core.peek import Watched
from airflow_provider_drivedelta.core.protocols.graph_list import GraphList
from airflow_provider_drivedelta.core.protocols.list_protocols import check_list_protocol
from airflow_provider_drivedelta.core.protocols.sharepoint_list import ListChanges
from airflow_provider_drivedelta.core.scopes import list_scope
from airflow_provider_drivedelta.core.sources import Feed, SharePointList
from airflow_provider_drivedelta.core.tokens import TokenStore
from airflow_provider_drivedelta.core.transport import Transport


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWords:
    """What names a list's feed; see `ListCapture`. How its columns are made is of no interest here."""

    site: str
    list: str
    protocol: str = "sharepoint"
    fields: Sequence[str] = ()
    view: str = ""
    query: str = ""
    contains: str = ""
    query_options: Mapping[str, str] = field(default_factory=dict)


def watched_list(
    words: ListWords, output: str | Output, *, base_url: str, transport: Transport, tokens: TokenStore | None = None
) -> Watched:
    """The list's feed. Without `tokens` its token is the one beside the data.

    Asks the service which list it is, where that is not named by ids. Raises as `capture_list` does.
    """
    check_list_protocol(words.protocol, base_url)
    lake = open_output(output)
    source = SharePointList.parse(words.site, words.list)
    place = locate_list(source, protocol=words.protocol, base_url=base_url, transport=transport)
    scope = list_scope(
        fields=words.fields,
        view=words.view,
        query=words.query,
        contains=words.contains,
        query_options=words.query_options,
    )
    feed = Feed.of_list(place.list_id, output=lake.full_path(), scope=scope)
    storage = lake.below(feed.folder)
    is_graph = words.protocol == "graph"
    return Watched(
        feed=feed,
        source=str(source),
        protocol=_graph(place, base_url) if is_graph else _sharepoint(words, place, base_url),
        storage=storage,
        tokens=tokens or TokenFile(storage),
        since=_items_alone if is_graph else None,
    )


def _graph(place: ListPlace, base_url: str) -> GraphList:
    return GraphList(base_url=base_url, site_id=place.graph_site_id, list_id=place.list_id)


def _sharepoint(words: ListWords, place: ListPlace, base_url: str) -> ListChanges:
    return ListChanges(
        site_url=base_url,
        list_id=place.list_id,
        fields=tuple(words.fields),  # for what it refuses
        view=words.view,
        query=words.query,
        contains=words.contains,
        options=words.query_options,
        # Few and known, so that nobody has to be asked what fields there are. The token does not know any.
        known_fields=tuple(SOURCES),
    )


def _items_alone(link: Token) -> Request:
    """A Graph list's changes without its columns, which a pull asks for first."""
    return Request(link, headers={"Accept": "application/json"})
