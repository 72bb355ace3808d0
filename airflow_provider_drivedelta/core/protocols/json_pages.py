"""Answers in JSON: an object, its list of items, its links; each checked, none of them trusted."""

from __future__ import annotations

import json
from collections.abc import Sequence

from airflow_provider_drivedelta.core.changes import Answer, JsonObject
from airflow_provider_drivedelta.core.errors import BrokenFeed, RetryLater, StartOver


def read_object(answer: Answer) -> JsonObject:
    """The body as a JSON object.

    :raises RetryLater: it is cut, empty or no JSON (a proxy's page?): asking again may help.
    """
    try:
        body = json.loads(answer.body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise RetryLater("The answer is not whole JSON", where=answer.where) from None
    if not isinstance(body, dict) or "error" in body:
        raise RetryLater("The answer is JSON of another shape", where=answer.where)
    return body


def _refuse_constant(text: str) -> float:
    raise ValueError(f"{text} is no JSON")


def items_of(body: JsonObject, where: str) -> Sequence[JsonObject]:
    """:raises StartOver: among the items stands an error: a change that the service could not write."""
    value = body.get("value")
    if not isinstance(value, list):
        raise BrokenFeed("A page holds no list of items", where=where, then="The token was kept. Report it.")
    # What is no object is an item without an id: the stage knows what to do with those.
    items = [item if isinstance(item, dict) else {"value": item} for item in value]
    for item in items:
        # A change that the service could not write stands as an error object (msgraph-sdk-typescript#544).
        if "error" in item and "id" not in item:
            raise StartOver("The service could not write one of the changes", where=where)
    return items


def text_of(body: JsonObject, name: str, where: str, *, what: str = "link") -> str | None:
    """The page's link (or token) of that name; None where there is none."""
    given = body.get(name)
    if given is None or (isinstance(given, str) and given):
        return given
    raise BrokenFeed(f"The page's {name} is no {what}", where=where, then="The token was kept. Report it.")
