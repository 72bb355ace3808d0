"""What a Graph answer that is not 200 means, as one of our errors."""

from __future__ import annotations

import json
from collections.abc import Iterator

from airflow_provider_drivedelta.core.changes import Answer, Json, JsonObject
from airflow_provider_drivedelta.core.errors import (
    BrokenFeed,
    DriveDeltaError,
    FixSetup,
    Flavour,
    RetryLater,
    StartOver,
)

_INNER = ("innererror", "innerError", "inner_error")
_DEEPEST = 20

_SIGN_IN = "Check the connection's credentials, and that the application has Files.Read.All or a Sites.Selected grant."
# Status -> what happened, what to do. Statuses that pass by themselves never get here: see transport/policy.py.
_FIX: dict[int, tuple[str, str]] = {
    401: ("The service refused the sign-in token", _SIGN_IN),
    403: (
        "The application may not read this",
        "Grant Files.Read.All or Sites.Read.All as application permission, or grant the site to Sites.Selected.",
    ),
    404: (
        "The service knows no such drive or folder, or hides it from this application",
        "Check the id and the permission. If it is gone for good, stop following it; its token was kept.",
    ),
    423: ("The site is locked", "Ask a SharePoint administrator to unlock it; the token was kept."),
}


def explain(answer: Answer) -> DriveDeltaError:
    """The error that `answer` stands for; `answer.status` is not 200.

    Codes and shapes: https://learn.microsoft.com/graph/errors and
    https://learn.microsoft.com/onedrive/developer/rest-api/concepts/errors
    """
    error = error_object(answer)
    codes = list(_codes(error))
    said = f" ({codes[-1]})" if codes else ""
    if answer.status == 410:
        location = answer.headers.get("location")
        what = f"The service no longer knows the token{said}"
        return StartOver(what, where=answer.where, flavour=flavour_of(error), location=location)
    if answer.status == 400 and _is_malformed_token(error):
        # Not a resync: a token the service itself wrote is never malformed, so ours was damaged on the way.
        then = "It was damaged. Run once with full_reload to start from a fresh one."
        return BrokenFeed("The service cannot read the stored token", where=answer.where, then=then)
    if answer.status in _FIX:
        what, then = _FIX[answer.status]
        return FixSetup(f"{what}: {answer.status}{said}", where=answer.where, then=then)
    if 400 <= answer.status < 500:
        then = "Check the drive id and the select and expand arguments."
        return FixSetup(f"The service rejects the request: {answer.status}{said}", where=answer.where, then=then)
    return RetryLater(f"The service answered {answer.status}{said}", where=answer.where)


def flavour_of(error: JsonObject) -> Flavour:
    """What the service says of local copies: in the code, an inner code, or only in the message (odapi#1356)."""
    known: tuple[Flavour, ...] = ("apply", "upload")
    for code in _codes(error):
        for flavour in known:
            if flavour in code.lower():
                return flavour
    message = str(error.get("message", "")).removeprefix("Resync required. ").lower()
    return "upload" if message.startswith("upload") else "apply"


def error_object(answer: Answer) -> JsonObject:
    """The `error` object of the body, empty where there is none: throttling pages may be HTML."""
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else {}


def _codes(error: JsonObject) -> Iterator[str]:
    """All codes, outermost first; the spelling of `innererror` varies."""
    level: Json = error
    for _ in range(_DEEPEST):
        if not isinstance(level, dict):
            return
        code = level.get("code")
        if isinstance(code, str) and code:
            yield code[:100]
        level = next((level[name] for name in _INNER if name in level), None)


def _is_malformed_token(error: JsonObject) -> bool:
    message = str(error.get("message", "")).lower()
    return "token" in message and "malformed" in message
