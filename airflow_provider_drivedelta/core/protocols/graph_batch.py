"""Twenty questions in one request to Microsoft Graph, and their answers taken apart.

https://learn.microsoft.com/graph/json-batching
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from airflow_provider_drivedelta.core.changes import Answer, Json, JsonObject, Request
from airflow_provider_drivedelta.core.protocols.graph_collections import text_in
from airflow_provider_drivedelta.core.protocols.json_pages import read_object

MOST = 20  # requests in a batch

# Of a single answer: to be asked for again, alone, where the transport knows how to wait and renew.
_AGAIN = frozenset({401, 408, 409, 429, 500, 502, 503, 504, 509})


def ask_at_once(base_url: str, requests: Sequence[Request]) -> Request:
    """One request for up to twenty that only read, each with an address below `base_url`."""
    asked: Json = [
        {"id": str(number), "method": request.method, "url": request.url.removeprefix(base_url)}
        for number, request in enumerate(requests)
    ]
    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    body = json.dumps({"requests": asked}).encode()
    return Request(f"{base_url}/$batch", method="POST", headers=headers, body=body)


def read_at_once(answer: Answer, requests: Sequence[Request]) -> Sequence[Answer | None] | None:
    """The answers in the order of the requests; None for each that must be asked for again, alone.

    None altogether where the service takes no batches (an older gateway, a proxy that lets only GET pass).
    """
    if answer.status != 200:
        return None
    replies = read_object(answer).get("responses")
    by_id: dict[str, JsonObject] = {}
    if isinstance(replies, Sequence) and not isinstance(replies, str):
        by_id = {text_in(reply, "id"): reply for reply in replies if isinstance(reply, Mapping)}
    return [_single(answer, request, by_id.get(str(number))) for number, request in enumerate(requests)]


def _single(whole: Answer, request: Request, reply: JsonObject | None) -> Answer | None:
    status = reply.get("status") if reply else None
    if reply is None or not isinstance(status, int) or status in _AGAIN or 300 <= status < 400:
        return None
    body = json.dumps(reply.get("body")).encode()
    where = f"{request.method} {request.url.partition('?')[0]}"
    return Answer(status, {}, body, whole.received_at, where, request.note)
