"""Feeds whose pages lead on by links and end with one: Graph's delta, and the OneDrive API's before it."""

from __future__ import annotations

from dataclasses import dataclass

from airflow_provider_drivedelta.core.changes import Answer, Page, Request, Token
from airflow_provider_drivedelta.core.errors import BrokenFeed
from airflow_provider_drivedelta.core.protocols.drive_calls import DriveCalls
from airflow_provider_drivedelta.core.protocols.graph_errors import explain
from airflow_provider_drivedelta.core.protocols.json_pages import read_object, text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedFeed(DriveCalls):
    """Pages lead on by `@odata.nextLink`; the last one has an `@odata.deltaLink`, which is the next run's token."""

    def since(self, token: Token) -> Request:
        return self.restart(token)

    def read(self, answer: Answer) -> Page:
        if answer.status != 200:
            raise explain(answer)
        body = read_object(answer)
        items = self._records(body, answer.where)
        # Only a deltaLink ends the feed: an empty page with a nextLink goes on.
        link = text_of(body, "@odata.nextLink", answer.where)
        if link is not None:
            return Page(items, next=self.restart(link), received_at=answer.received_at, dated=answer.dated)
        token = text_of(body, "@odata.deltaLink", answer.where)
        if token is None:
            then = "Nothing was published and the token was kept. If the next run ends the same way, report it."
            raise BrokenFeed("A page has neither a next link nor a delta link", where=answer.where, then=then)
        return Page(items, token=Token(token), received_at=answer.received_at, dated=answer.dated)
