"""What Graph's errors ask us to do."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from airflow_provider_drivedelta.core.changes import Answer
from airflow_provider_drivedelta.core.errors import (
    BrokenFeed,
    DriveDeltaError,
    FixSetup,
    Flavour,
    RetryLater,
    StartOver,
)
from airflow_provider_drivedelta.core.protocols.graph_errors import explain


def error(status: int, body: object = b"", **headers: str) -> DriveDeltaError:
    content = body if isinstance(body, bytes) else json.dumps({"error": body}).encode()
    return explain(Answer(status, headers, content, datetime(2026, 11, 21, tzinfo=UTC), "GET https://graph/delta?…"))


APPLY = "Resync required. Replace any local items with the server's version."
UPLOAD = "Resync required. Upload any local items that the service did not return."
FLAVOURS: list[tuple[Flavour, object]] = [
    ("apply", {"code": "resyncChangesApplyDifferences"}),
    ("upload", {"code": "resyncChangesUploadDifferences"}),
    ("upload", {"code": "ResyncChangesUploadDifferences"}),
    ("upload", {"code": "resyncRequired", "innererror": {"code": "resyncUploadDifferences"}}),
    ("upload", {"code": "resyncRequired", "innerError": {"code": "resyncUploadDifferences"}}),
    ("upload", {"code": "resyncRequired", "innerError": {"innererror": {"code": "resyncUploadDifferences"}}}),
    ("apply", {"code": "resyncRequired", "innerError": {"code": "resyncApplyDifferences"}, "message": UPLOAD}),
    ("apply", {"code": "resyncRequired", "message": APPLY}),
    ("upload", {"code": "resyncRequired", "message": UPLOAD}),
    ("apply", {"code": "resyncRequired", "message": 5}),
    ("apply", {"code": "somethingNew"}),
    ("apply", {"code": None, "innererror": "text"}),
    ("apply", b"<html>Gone</html>"),
    ("apply", b""),
    ("apply", b"[" * 100_000),
]


@pytest.mark.parametrize(("flavour", "body"), FLAVOURS)
def test_any_410_is_a_resync_and_its_flavour_is_found(flavour: Flavour, body: object) -> None:
    """B1, B2: in the code, in an inner code of either spelling, only in the message."""
    found = error(410, body, location="https://graph/fresh")
    assert isinstance(found, StartOver)
    assert (found.flavour, found.location) == (flavour, "https://graph/fresh")


def test_inner_errors_that_never_end_are_left() -> None:
    deep: dict[str, object] = {"code": "resyncUploadDifferences"}
    for _ in range(50):
        deep = {"code": "x", "innererror": deep}
    assert isinstance(error(410, deep), StartOver)


@pytest.mark.parametrize(
    "message", ["Provided sync token is malformed", "The provided SyncToken is MALFORMED: bad base64"]
)
def test_a_malformed_token_is_a_damaged_one_not_a_resync(message: str) -> None:
    """A11."""
    found = error(400, {"code": "invalidRequest", "message": message})
    assert isinstance(found, BrokenFeed)
    assert "full_reload" in str(found)


@pytest.mark.parametrize(
    ("status", "kind", "says"),
    [
        (400, FixSetup, "rejects the request: 400"),
        (401, FixSetup, "refused the sign-in token"),
        (403, FixSetup, r"may not read this.*Files\.Read\.All"),
        (404, FixSetup, "no such drive"),
        (405, FixSetup, "405"),
        (423, FixSetup, "site is locked"),  # F3
        (204, RetryLater, "answered 204"),
        (302, RetryLater, "answered 302"),
        (501, RetryLater, "answered 501"),
        (507, RetryLater, "answered 507"),
    ],
)
def test_each_status_says_what_to_do_next(status: int, kind: type[DriveDeltaError], says: str) -> None:
    found = error(status, {"code": "outer", "innerError": {"code": "inner"}})
    assert type(found) is kind
    with pytest.raises(kind, match=says):
        raise found
    assert "inner" in str(found)
    assert "https://graph/delta" in str(found)


@pytest.mark.parametrize("status", [400, 403, 410, 501])
@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"null", b'{"error": "text"}', b'{"error": {"code": 5}}', b"\xff"]
)
def test_a_body_of_another_shape_is_no_obstacle(status: int, body: bytes) -> None:
    assert isinstance(error(status, body), DriveDeltaError)


def test_a_code_that_never_ends_is_cut() -> None:
    assert len(str(error(403, {"code": "x" * 100_000}))) < 500
