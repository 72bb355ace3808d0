"""Every kind of fault that the service plays here, as a rule of the emulator's plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

Rule = dict[str, object]
Kind = Callable[[Random], Rule]

SLOW = 3_000  # bytes a second: a page takes longer than a run of these tests waits for it
LATE = 0.6  # seconds, longer than it waits for a byte
HUGE = 600_000  # bytes, more than it takes
STRANGER = "http://stranger.invalid"
"""Stands for the origin of another host, see `Stranger`."""
OWN = "http://own.invalid"
"""Stands for the service's own."""
WITHOUT_END = "empty pages without end"


def _always(**parts: object) -> Kind:
    return lambda random: dict(parts)


def _one_of(*statuses: int, **reply: object) -> Kind:
    return lambda random: {"reply": {"status": random.choice(statuses), **reply}}


def _throttled(retry_after: str) -> Kind:
    return _one_of(429, 503, 509, headers={"Retry-After": retry_after})


def _json(*bodies: object) -> Kind:
    return lambda random: {"reply": {"body": random.choice(bodies)}}


# Faults that pass: whatever they hit, asking again is right, and an answer that comes through is the true one.
PASSING: Mapping[str, Kind] = {
    "throttled, no Retry-After": _one_of(429, 503, 509),
    "throttled for seconds": _throttled("2"),
    "throttled to a date": _one_of(429, 503, retry_after_date=3),
    "throttled to a date that is past": _one_of(429, 503, retry_after_date=-5_000),
    "throttled, nonsense": _throttled("soon, 31 Feb"),
    "throttled, negative": _throttled("-7"),
    "throttled for years": _throttled("99999999999"),
    "throttled beyond all numbers": _throttled("1e999"),
    "throttled to a date beyond all": _throttled("Fri, 31 Dec 9999 23:59:59 -1200"),
    "throttled by an HTML page": _one_of(429, 503, html=True),
    "fault of the moment": _one_of(408, 500, 502, 504),
    "fault of the moment in HTML": _one_of(500, 502, 504, html=True),
    "dropped": _always(transfer={"drop": True}),
    "reset": _always(transfer={"drop": True, "reset": True}),
    "cut body": _always(transfer={"cut_after": 60}),
    "cut chunked body": _always(transfer={"cut_after": 60, "chunked": True}),
    "reset in the body": _always(transfer={"cut_after": 60, "reset": True}),
    "empty body": _always(transfer={"empty": True}),
    "half a body": _always(body={"broken": "half"}),
    "garbage before the body": _always(body={"broken": "garbage"}),
    "HTML with 200": _always(body={"html": True}),
    "HTML with 200 and its type": _one_of(200, html=True),
    "byte order mark": _always(body={"encoding": "utf-8-sig"}),
    "UTF-16": _always(body={"encoding": "utf-16"}),
    "Latin-1": _always(body={"encoding": "latin-1"}),
    "wrong content type": _always(headers={"Content-Type": "image/png"}),
    "no content type": _always(headers={"Content-Type": None}),
    "wrong charset": _always(headers={"Content-Type": "application/json;charset=utf-7"}),
    "gzip claimed": _always(body={"gzip": "claimed"}),
    "gzip hidden": _always(body={"gzip": "hidden"}),
    "gzip truncated": _always(body={"gzip": "truncated"}),
    "garbage behind gzip": _always(body={"gzip": "garbage"}),
    "gzip twice": _always(body={"gzip": "twice"}),
    "unknown packing": _always(headers={"Content-Encoding": "br"}),
    "clock a day ahead": _always(skew_seconds=86_400),
    "clock a day behind": _always(skew_seconds=-86_400),
    "clock a hundred days ahead": _always(skew_seconds=8_640_000),
    "clock of the year one": _always(headers={"Date": "Mon, 01 Jan 0001 00:00:00 GMT"}),
    "clock of the year 9999": _always(headers={"Date": "Fri, 31 Dec 9999 23:59:59 -1200"}),
    "clock of nonsense": _always(headers={"Date": "yesterday, or so"}),
    "no clock": _always(headers={"Date": None}),
}

# What only the feed is hit by: refusals, and pages that contradict the feed or say a thing twice.
OF_THE_FEED: Mapping[str, Kind] = {
    "refused": _one_of(400, 401, 403, 404, 405, 409, 412, 418, 423, 451),
    "status without a body": _one_of(202, 204, 206, 304),
    "out of order": _one_of(501, 505, 507, 511),
    "redirect to another host": _one_of(301, 302, 303, 307, 308, redirect=STRANGER),
    "redirect in a circle": _one_of(302, 307, redirect=OWN),
    "redirect to nowhere": _one_of(301, 302, 308),
    "redirect to no address": _one_of(302, headers={"Location": "http://[::1"}),
    "JSON of another shape": _json([], "x", 7, {"value": {}}, {"value": None}, {"value": [], "@odata.nextLink": 3}),
    "error with 200": _json({"error": {"code": "generalException", "message": "no"}}),
    "error among the items": _json({"value": [{"error": {"code": "generalException"}}]}),
    "deep JSON": _json("[" * 100_000),
    "410 apply": _always(resync={}),
    "410 upload": _always(resync={"flavour": "upload", "code": "resyncChangesUploadDifferences"}),
    "410 in an inner code": _always(resync={"code": "gone", "inner_code": "resyncUploadDifferences"}),
    "410 of no name": _always(resync={"code": "", "location": False}),
    "410, Location fails": _always(resync={"location": "/v1.0/drives/none/root/delta"}),
    "410, Location elsewhere": _always(resync={"location": f"{STRANGER}/v1.0/delta"}),
    "410, Location of nonsense": _always(resync={"location": "http://[::1"}),
    "no links": _always(page={"links": "drop"}),
    "link to itself": _always(page={"links": "loop"}),
    "link to the page before": _always(page={"links": "back"}),
    "link to another host": _always(page={"links": STRANGER}),
    "items twice": _always(page={"items": "repeat"}),
    "items of the page before": _always(page={"items": "repeat_previous"}),
    "items backwards": _always(page={"items": "reverse"}),
    "an empty page": _always(page={"empty": True}),
    WITHOUT_END: _always(page={"empty": True}),
    "slow body": _always(transfer={"bytes_per_second": SLOW}),
    "late": _always(transfer={"delay": LATE}),
    "huge": _always(body={"pad": HUGE}),
}
KINDS: Mapping[str, Kind] = {**PASSING, **OF_THE_FEED}

# How many requests each hits, where that is not left to chance: some take real time, some are for ever or nothing.
_TIMES = {"an empty page": 2, WITHOUT_END: 0, "redirect in a circle": 0, "slow body": 1, "late": 1}
_TIMES |= {"items twice": 0, "items of the page before": 0, "items backwards": 0}


def rule_of(name: str, random: Random, *, path: str, surely: bool) -> Rule:
    """A fault of that kind. `surely`: it hits the first request there is."""
    nth = 1 if surely else random.choice((1, 1, 2, 2, 3, 5))
    times = _TIMES.get(name, random.choice((1, 1, 2, 3, 0)))
    match: Rule = {"path": path, "nth": nth, "times": times}
    if not surely and random.random() < 0.3:
        match |= {"times": _TIMES.get(name, 0), "probability": 0.5, "seed": random.randrange(1000)}
    return {"name": name, "match": match, **KINDS[name](random)}
