"""A followed drive that is told page by page what to answer, and what its readers are told in turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from urllib.parse import unquote

from airflow_provider_drivedelta.core.summary import Summary
from tests.core.played import Follower, resync
from tests.graph_service import GraphService, Reply, Seen, root_item

Item = Mapping[str, object]
Record = dict[str, object]


class Told:
    """Reads of one drive. Each names what the service says on its pages; the links in between are made up."""

    def __init__(self, service: GraphService, output: Path, drive: str = "b!drive") -> None:
        self.service, self.follower, self.drive = service, Follower(service, output), drive
        self._links = count(1)
        self._start = self._token = f"/v1.0/drives/{drive}/root/delta"
        self._answers: dict[str, Reply] = {}
        service.always(self._answer)

    def first(self, *items: Item, root: bool = True, **options: object) -> Summary:
        return self.then([*([root_item()] if root else []), *items], **options)

    def then(self, *pages: Sequence[Item], **options: object) -> Summary:
        """One more run, with these pages."""
        target = self._start if options.get("full_reload") else self._token
        return self._play(target, pages, options)

    def from_now_on(self) -> Summary:
        """The first run of a feed that starts at "latest"."""
        return self._play(f"{self._start}?token=latest", [[]], {"start": "latest"})

    def resync(self, *items: Item, flavour: str = "Apply") -> Summary:
        """The token is refused; these items are all there is."""
        self._answers[self._token] = resync(flavour)
        return self._play(self._start, [[root_item(), *items]], {})

    def reload(self, *items: Item) -> Summary:
        return self.then([root_item(), *items], full_reload=True)

    def holds(self, folder: str, *items: Item) -> None:
        """What the service lists in the folder when it is asked for its children."""
        self._answers[f"/v1.0/drives/{self.drive}/items/{folder}/children"] = Reply.json({"value": list(items)})

    def rows(self, increment: int | None = None) -> dict[object, Record]:
        """The records of the last increment (or that one), by id."""
        number = increment or self.follower.commits[-1].increment
        return {row["id"]: row for row in self.follower.rows(number)}

    @property
    def said(self) -> dict[object, tuple[object, ...]]:
        """By id what happened in the last increment: op, cause, aspects of an update, path."""
        return {
            item_id: (row["_op"], row["_cause"], *([tuple(row["_aspects"])] if row["_aspects"] else []), row["path"])
            for item_id, row in self.rows().items()
        }

    @property
    def state_folder(self) -> Path:
        return self.follower.folder / "_drivedelta/state"

    def _play(self, target: str, pages: Sequence[Sequence[Item]], options: Mapping[str, object]) -> Summary:
        before, self._token = self._token, f"/token{next(self._links)}"
        for number, items in enumerate(pages, 1):
            link = {"delta": self._token} if number == len(pages) else {"next": f"/page{next(self._links)}"}
            self._answers[target] = self.service.page(items, **link)
            target = link.get("next", "")
        try:
            return self.follower.pull(f"drives/{self.drive}", **options)
        except Exception:
            self._token = before
            raise

    def _answer(self, seen: Seen) -> Reply:
        unknown = Reply.json({"error": {"code": "itemNotFound", "message": "…"}}, 404)
        return self._answers.get(unquote(seen.target), unknown)
