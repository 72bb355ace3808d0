"""``/$batch``: up to twenty requests in the body of one, each answered as if it had come alone."""

import json
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from airflow_provider_drivedelta.emulator.graph.answers import ServiceError
from airflow_provider_drivedelta.emulator.items import Json

MOST = 20


def batch(request: Request, body: bytes, answer: Callable[[Request], Response]) -> dict[str, Json]:
    try:
        asked = json.loads(body)["requests"]
        steps = [(str(step["id"]), str(step["method"]), str(step["url"]), step.get("headers", {})) for step in asked]
    except (ValueError, KeyError, TypeError):
        raise ServiceError(400, "BadRequest", "Invalid batch payload format.") from None
    if len(steps) > MOST:
        raise ServiceError(400, "BadRequest", f"Number of batch request steps exceeds the maximum value of {MOST}.")
    replies: list[Json] = [
        {"id": name, **_reply(answer(_single(request, method, url, headers)))} for name, method, url, headers in steps
    ]
    replies.reverse()  # the service promises no order
    return {"responses": replies}


def _single(request: Request, method: str, url: str, headers: Mapping[str, str]) -> Request:
    parts = urlsplit(url)
    version = request.scope["path"].split("/")[1]
    path = f"/{version}/{parts.path.lstrip('/')}"
    kept = [(name, value) for name, value in request.scope["headers"] if name in (b"host", b"authorization")]
    own = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    changed = {"method": method, "path": path, "raw_path": path.encode(), "query_string": parts.query.encode()}
    return Request({**request.scope, **changed, "headers": kept + own})


def _reply(response: Response) -> dict[str, Json]:
    headers: dict[str, Json] = {"Content-Type": "application/json"}
    if retry_after := response.headers.get("retry-after"):
        headers["Retry-After"] = retry_after
    return {"status": response.status_code, "headers": headers, "body": json.loads(bytes(response.body) or b"null")}
