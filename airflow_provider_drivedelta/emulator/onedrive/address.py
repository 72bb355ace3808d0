"""Reads a path of the OneDrive API: at which base address, which place of which drive, which of the feeds.

Below the base address the grammar is Graph's, but for ``drive`` and ``drives/me``, which mean the user's own drive.
"""

import re
from dataclasses import dataclass, replace
from urllib.parse import unquote

from airflow_provider_drivedelta.emulator.graph.address import Address, read_address

# Of personal drives; of business drives, for a tenant's user or a site; SharePoint does not look at the case.
_BASE = re.compile(r"/(?:v1\.0|v2\.0)(?=/|$)|(?i:/+(?:(?:personal|sites|teams)/+[^/]+/+)?_api/v2\.[01])(?=/|$)")
_FEED = re.compile(r"(?P<name>(?:view|oneDrive)\.(?:delta|changes))(?:\((?:token=(?:'(?P<token>.*)'|null))?\))?")
_LOOSE_FEED = re.compile(_FEED.pattern, re.IGNORECASE)
_WORDS = {"drives", "drive", "me", "root", "root:", "items", "children", "content"}


@dataclass(frozen=True, slots=True)
class View:
    """``function`` is ``delta``, ``changes``, or empty for what is no feed; ``spelled`` as the client had it."""

    address: Address
    business: bool
    function: str = ""
    spelled: str = ""


def base_of(raw_path: str) -> str:
    """The base address that a path begins with; empty where it is none of ours."""
    found = _BASE.match(raw_path)
    return found[0] if found else ""


def is_business(base: str) -> bool:
    return base.casefold().rpartition("/")[0].endswith("_api")


def names_a_feed(raw_path: str) -> bool:
    return bool(_LOOSE_FEED.fullmatch(unquote(raw_path.rstrip("/").rpartition("/")[2])))


def read_view(raw_path: str) -> View:
    base = base_of(raw_path)
    business = is_business(base)
    segments = [segment for segment in raw_path[len(base) :].split("/") if segment]
    found = (_LOOSE_FEED if business else _FEED).fullmatch(unquote(segments[-1])) if segments else None
    place = segments[:-1] if found else segments
    address = read_address("/v1.0/" + "/".join(_in_graphs_words(place, loose=business)))
    if address.function:  # `children`, `content`: they are in the place as well
        place = place[:-1]
    address = replace(address, stem="/".join((base, *place)))
    if found is None:
        return View(address, business)
    token = found["token"].replace("''", "'") if found["token"] is not None else None
    return View(replace(address, token=token), business, found["name"].lower().partition(".")[2], found["name"])


def _in_graphs_words(segments: list[str], *, loose: bool) -> list[str]:
    """The place as Graph would have it spelled; what lies between colons is a name, not a word."""
    words: list[str] = []
    in_path = False
    for segment in segments:
        known = segment.casefold() if loose and segment.casefold() in _WORDS else segment
        words.append(segment if in_path else known)
        in_path = not segment.endswith(":") if in_path else known == "root:"
    if words[:2] == ["drives", "me"]:
        return ["drive", *words[2:]]
    return ["drive", *words[1:]] if words and unquote(words[0]) == "drives('me')" else words
