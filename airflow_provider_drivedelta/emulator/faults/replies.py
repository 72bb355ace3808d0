"""Answers that a fault gives instead of the service."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from airflow_provider_drivedelta.emulator.answer import Answer, RawHeaders, with_body, with_header
from airflow_provider_drivedelta.emulator.faults.parts import Reply

PROXY_PAGE = "<!DOCTYPE html>\n<html><head><title>Gateway</title></head><body><h1>Please stand by</h1></body></html>\n"
_WITHOUT_BODY = (204, 304)

_CODES = {
    400: ("invalidRequest", "The request is malformed or incorrect."),
    401: ("InvalidAuthenticationToken", "Lifetime validation failed, the token is expired."),
    403: ("accessDenied", "Access denied"),
    404: ("itemNotFound", "The resource could not be found."),
    410: ("resyncRequired", "Resync required."),
    423: ("notAllowed", "The resource is locked."),
    429: ("activityLimitReached", "The request has been throttled"),
    500: ("generalException", "General exception while processing"),
    502: ("BadGateway", "Failed to execute backend request."),
    503: ("serviceNotAvailable", "The service is temporarily unavailable."),
    504: ("UnknownError", "The gateway did not get an answer in time."),
    509: ("activityLimitReached", "The bandwidth limit has been exceeded."),
}


def reply_to(target: str, reply: Reply) -> Answer:
    """``target`` is the path and query that were asked for."""
    headers: RawHeaders = [(b"content-type", b"text/html" if reply.html else b"application/json")]
    if reply.retry_after_date is not None:
        moment = datetime.now(UTC) + timedelta(seconds=reply.retry_after_date)
        headers = with_header(headers, "retry-after", format_datetime(moment, usegmt=True))
    for name, value in reply.headers.items():
        headers = with_header(headers, name, value)
    if reply.redirect:
        status = reply.status if reply.status in range(300, 400) else 302
        headers = with_header(headers, "location", reply.redirect.rstrip("/") + target)
        return with_body(Answer(status, headers, b""), b"")
    return with_body(Answer(reply.status, headers, b""), _body(reply))


def _body(reply: Reply) -> bytes:
    if reply.status in _WITHOUT_BODY:
        return b""
    if reply.html:
        return PROXY_PAGE.encode("ascii")
    if isinstance(reply.body, str):
        return reply.body.encode("utf-8")
    if reply.body is not None:
        return json.dumps(reply.body).encode("utf-8")
    if reply.status < 400:
        return b""
    code, message = _CODES.get(reply.status, ("generalException", "General exception while processing"))
    error = {"code": code, "message": message, "innerError": {"request-id": str(uuid.uuid4())}}
    return json.dumps({"error": error}).encode("utf-8")
