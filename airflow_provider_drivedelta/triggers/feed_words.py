"""What names a feed, in the words of the operators' arguments: nothing but JSON, so that a trigger can be kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from airflow_provider_drivedelta.operators.rendered import check_word

TokenPlace = Literal["variable", "output"]

PROTOCOLS = {"drive": ("graph", "view.delta", "view.changes"), "list": ("sharepoint", "graph")}


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedWords:
    """`words` are the fields of `DriveWords` or of `ListWords`.

    :raises ValueError: a word is none of those there are; found when the DAG is parsed.
    """

    of: Literal["drive", "list"]
    words: Mapping[str, Any]
    output: str
    drivedelta_conn_id: str
    token_store: TokenPlace

    def __post_init__(self) -> None:
        check_word("protocol", self.words["protocol"], PROTOCOLS[self.of])
        check_word("token_store", self.token_store, ("variable", "output"))

    @property
    def source(self) -> str:
        """What is followed, for people."""
        names = ("source", "folder") if self.of == "drive" else ("site", "list")
        return " ".join(str(self.words[name]) for name in names if self.words[name])

    @property
    def arguments(self) -> dict[str, Any]:
        """As they are given to a trigger."""
        place = {name: getattr(self, name) for name in ("output", "drivedelta_conn_id", "token_store")}
        return {**self.words, **place}

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def drive_words(*, source: object, folder: str, protocol: str, sharing_changes: bool) -> dict[str, Any]:
    """`source` may be a `Drive`: its text says as much."""
    return {"source": str(source), "folder": folder, "protocol": protocol, "sharing_changes": sharing_changes}


def list_words(
    *,
    site: str,
    list: str,
    protocol: str,
    fields: Sequence[str],
    view: str,
    query: str,
    contains: str,
    query_options: Mapping[str, str] | None,
) -> dict[str, Any]:
    return {
        "site": site,
        "list": list,
        "protocol": protocol,
        "fields": [*fields],
        "view": view,
        "query": query,
        "contains": contains,
        "query_options": dict(query_options or {}),
    }
