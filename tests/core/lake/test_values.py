"""JSON against the types it should have: nothing is lost but credentials, nothing crashes."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_drivedelta.core.lake.graph_types import DRIVE_ITEM
from airflow_provider_drivedelta.core.lake.values import BadValue, snake, split

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.datetimes().map(str)
NAMES = st.sampled_from([*DRIVE_ITEM, "hashes", "user", "displayName", "width", "view"]) | st.text()
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=12
)
UNKNOWN = st.dictionaries(st.text().map("odd".__add__), ANYTHING, max_size=3)


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(NAMES, ANYTHING, max_size=5))
def test_whatever_comes_is_read_or_refused(value: dict[str, object]) -> None:
    with contextlib.suppress(BadValue):
        split(value, DRIVE_ITEM)


@settings(max_examples=50, deadline=None)
@given(UNKNOWN, UNKNOWN, UNKNOWN)
def test_what_has_no_column_is_kept_as_it_was_at_any_depth(
    top: dict[str, object], middle: dict[str, object], deep: dict[str, object]
) -> None:
    item = {"id": "1", "file": {"mimeType": "t", "hashes": {"sha1Hash": "s", **deep}, **middle}, **top}
    typed, rest = split(item, DRIVE_ITEM)
    assert typed == {"id": "1", "file": {"mime_type": "t", "hashes": {"sha1_hash": "s"}}}
    file = rest.pop("file", {})
    hashes = file.pop("hashes", {})
    # As text, for NaN is not equal to itself.
    assert [json.dumps(left) for left in (rest, file, hashes)] == [json.dumps(one) for one in (top, middle, deep)]


@settings(max_examples=50, deadline=None)
@given(ANYTHING, st.sampled_from(["@microsoft.graph.downloadUrl", "@content.downloadUrl", "DOWNLOADURL"]))
def test_credentials_are_dropped_at_any_depth(other: object, name: str) -> None:
    secret = {name: "https://x/S3cret", "other": other, "link": "https://x/?tempauth=S3cret"}
    item = {"odd": [secret, {"deep": secret}], "file": secret, **secret}
    typed, rest = split(item, DRIVE_ITEM)
    assert "S3cret" not in json.dumps(rest)
    assert rest["odd"][1]["deep"].keys() == {"other", "link"}
    assert typed == {"file": {}}


@pytest.mark.parametrize(
    "link",
    [
        "https://x/?tempauth=S3cret",
        "https://m.svc.ms/t?docid=https%3A%2F%2Fx%3Ftempauth%3DS3cret",
        "https://m.svc.ms/t?docid=https%253A%252F%252Fx%253FTempAuth%253DS3cret",
        "https://m.svc.ms/t?access_token=S3cret",
        "https://public-sn3302.files.1drv.com/y4mS3cret",
        "https://sn3302files.onedrive.live.com/y2pS3cret",
    ],
)
def test_a_link_that_lets_anybody_in_is_known_by_what_it_looks_like(link: str) -> None:
    """H5. Thumbnails' have no name of their own."""
    _, rest = split({"thumbnails": [{"large": {"url": link, "width": 8}}]}, DRIVE_ITEM)
    assert rest == {"thumbnails": [{"large": {"url": None, "width": 8}}]}


def test_a_link_that_asks_who_one_is_stays() -> None:
    link = "https://contoso.sharepoint.com/_layouts/15/Doc.aspx?sourcedoc=%7B1%7D&file=token.docx"
    assert split({"odd": [link]}, DRIVE_ITEM) == ({}, {"odd": [link]})


GOOD = [
    ("size", "12", 12),
    ("size", "-9223372036854775808", -(2**63)),
    ("size", 5.0, 5),
    ("name", "日\ud83d", "日\N{REPLACEMENT CHARACTER}"),
    ("name", "\ud83d\ude00", "😀"),
    ("createdDateTime", "2026-01-01T00:00:00Z", datetime(2026, 1, 1, tzinfo=UTC)),
    ("createdDateTime", "2026-01-01T02:00:00+02:00", datetime(2026, 1, 1, tzinfo=UTC)),
    ("createdDateTime", "2026-01-01T00:00:00", datetime(2026, 1, 1, tzinfo=UTC)),
    ("createdDateTime", "1601-01-01T00:00:00Z", datetime(1601, 1, 1, tzinfo=UTC)),
    ("createdDateTime", "2026-01-01T00:00:00.1234567Z", datetime(2026, 1, 1, 0, 0, 0, 123456, UTC)),
    ("createdDateTime", "0001-01-01T00:00:00-08:00", None),  # C5
    ("createdDateTime", "0001-01-01T00:00:00Z", None),
]


@pytest.mark.parametrize(("name", "given", "typed"), GOOD)
def test_a_value_becomes_what_its_column_holds(name: str, given: object, typed: object) -> None:
    assert split({name: given}, DRIVE_ITEM) == ({snake(name): typed}, {})


BAD = [
    ("size", 2**63), ("size", True), ("size", 1.5), ("size", float("inf")), ("size", "12a"), ("size", "9" * 19),
    ("size", ""), ("size", [1]), ("name", 5), ("name", {}), ("name", False), ("webUrl", ["x"]),
    ("createdDateTime", 0), ("createdDateTime", ""), ("createdDateTime", "0000-01-01T00:00:00Z"),
    ("createdDateTime", "10000-01-01T00:00:00Z"), ("createdDateTime", "2026-02-30T00:00:00Z"),
    ("createdDateTime", "9999-12-31T23:59:59-14:00"), ("createdDateTime", "/Date(0)/"),
    ("file", "x"), ("file", []), ("file", True), ("image", 5),
]  # fmt: skip


@pytest.mark.parametrize(("name", "given"), BAD)
def test_a_value_of_another_type_is_refused_by_name_only(name: str, given: object) -> None:
    with pytest.raises(BadValue) as caught:
        split({name: given}, DRIVE_ITEM)
    assert caught.value.args == (name,)


@pytest.mark.parametrize(
    ("item", "path"),
    [
        ({"image": {"width": 2**31}}, "image.width"),
        ({"photo": {"orientation": 2**15}}, "photo.orientation"),
        ({"location": {"altitude": "high"}}, "location.altitude"),
        ({"location": {"altitude": 10**400}}, "location.altitude"),
        ({"audio": {"hasDrm": "true"}}, "audio.hasDrm"),
        ({"remoteItem": {"file": {"hashes": {"sha1Hash": 1}}}}, "remoteItem.file.hashes.sha1Hash"),
    ],
)
def test_a_refused_value_is_named_with_its_whole_path(item: dict[str, object], path: str) -> None:
    with pytest.raises(BadValue) as caught:
        split(item, DRIVE_ITEM)
    assert caught.value.args == (path,)


def test_null_is_no_value() -> None:
    assert split(dict.fromkeys(DRIVE_ITEM), DRIVE_ITEM) == ({}, {})


@pytest.mark.parametrize("wrapped", [lambda inner: [inner], lambda inner: {"x": inner}])
def test_nesting_without_end_is_refused_before_pythons_own_end(wrapped: object) -> None:
    deep: object = 0
    for _ in range(5000):
        deep = wrapped(deep)  # type: ignore[operator]
    with pytest.raises(BadValue, match="odd"):
        split({"odd": deep}, DRIVE_ITEM)


@pytest.mark.parametrize(
    ("name", "column"),
    [("eTag", "etag"), ("quickXorHash", "quick_xor_hash"), ("webDavUrl", "web_dav_url"), ("fNumber", "f_number")],
)
def test_columns_are_named_in_snake_case(name: str, column: str) -> None:
    assert snake(name) == column
