"""Where in a chain of pages a read stands: what is asked next, and what an end would mean there."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from airflow_provider_drivedelta.core.changes import JsonObject, Page, Request
from airflow_provider_drivedelta.core.errors import BrokenFeed, Flavour


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Between two pages of one read.

    `pages` and `items` are those that came so far, over all tries; `empty` of them came without items
    at the end. `confirming`: the last page said that there is no more, and is asked to say so again.
    `began` is the service's time of the first page, `flavour` what it said when it refused the token,
    `based_on` the last increment there was when a full read began, `members` what the folders of an
    increment said of how many they hold.
    """

    next: Request
    pages: int = 0
    items: int = 0
    empty: int = 0
    confirming: bool = False
    began: datetime | None = None
    flavour: Flavour | None = None
    based_on: int | None = None
    members: Mapping[str, int] = field(default_factory=dict)

    def after(self, page: Page, *, full: bool) -> Position | None:
        """What is to be asked once `page` is staged; None at the end, which only a full read has confirmed."""
        onward = page.next or (page.confirm if full and not self.confirming else None)
        if onward is None:
            return None
        confirming = page.next is None
        empty = self.empty if confirming else 0 if len(page.items) else self.empty + 1
        return replace(self, next=onward, empty=empty, confirming=confirming)

    def to_json(self) -> JsonObject:
        body = self.next.body
        asked = {
            "url": self.next.url,
            "method": self.next.method,
            "headers": dict(self.next.headers),
            "body": None if body is None else base64.b64encode(body).decode(),
            "note": self.next.note,
            "telling": sorted(self.next.telling),
        }
        told = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {**told, "next": asked, "began": self.began and self.began.isoformat()}


def parse_position(kept: JsonObject) -> Position:
    """:raises BrokenFeed: this is not what `to_json` gave."""
    try:
        told: dict[str, Any] = dict(kept)
        position = Position(**told)
        began = datetime.fromisoformat(told["began"]) if told["began"] else None
        return replace(position, next=_request(told["next"]), began=began)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise BrokenFeed("What was kept of a read does not say where to go on") from None


def _request(asked: Mapping[str, Any]) -> Request:
    body = None if asked["body"] is None else base64.b64decode(asked["body"], validate=True)
    return Request(**{**asked, "body": body, "telling": frozenset(asked["telling"])})
