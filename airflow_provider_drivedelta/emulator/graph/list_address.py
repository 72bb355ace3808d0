"""Reads a Graph path below ``sites``: which site, which list, what of it. Paths to drives are not its business."""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

_KEYED = re.compile(r"(sites|lists|items)\('(.*)'\)")
_DELTA = re.compile(r"(?:microsoft\.graph\.)?delta(?:\((?:token=(?:'(?P<token>.*)'|null))?\))?")
_ALL = re.compile(r"(?:oneDrive\.)?getAllSites(?:\(\))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAddress:
    """``site`` is an id, ``root``, or host and path joined by a colon; empty for all sites."""

    site: str = ""
    kind: str
    """``sites``, ``all sites``, ``site``, ``subsites``, ``libraries``, ``lists``, ``list``, ``columns``, ``items``,
    ``item`` or ``delta``."""
    list: str = ""
    item: str = ""
    token: str | None = None
    stem: str = ""
    """The path up to the function, escaped; links are built on it."""


def read_list_address(raw_path: str) -> ListAddress | None:
    """None where the path does not lead to a site or a list."""
    words = _words(raw_path)
    if words[1:2] != ["sites"]:
        return None
    if len(words) == 2:
        return ListAddress(kind="sites")
    if _ALL.fullmatch(words[2]) and len(words) == 3:
        return ListAddress(kind="all sites")
    site, at = _site(words)
    if len(words) == at:
        return ListAddress(kind="site", site=site)
    if words[at:] in (["sites"], ["drives"]):
        return ListAddress(kind="subsites" if words[at] == "sites" else "libraries", site=site)
    if words[at] != "lists":
        return None
    return _below(site, words, at + 1)


def _below(site: str, words: list[str], at: int) -> ListAddress | None:
    """What follows ``lists``."""
    if len(words) == at:
        return ListAddress(kind="lists", site=site)
    key, rest = words[at], words[at + 1 :]
    stem = "/" + "/".join(quote(word, safe="!$'(),:;@~") for word in words[: at + 1])
    match rest:
        case []:
            return ListAddress(kind="list", site=site, list=key)
        case ["columns" | "items" as kind]:
            return ListAddress(kind=kind, site=site, list=key, stem=stem)
        case ["items", function] if found := _DELTA.fullmatch(function):
            return ListAddress(kind="delta", site=site, list=key, token=found["token"], stem=stem)
        case ["items", item]:
            return ListAddress(kind="item", site=site, list=key, item=item)
    return None


def _words(raw_path: str) -> list[str]:
    words: list[str] = []
    for segment in filter(None, raw_path.split("/")):
        word = unquote(segment)
        keyed = _KEYED.fullmatch(word)
        words += keyed.groups() if keyed else [word]
    return words


def _site(words: list[str]) -> tuple[str, int]:
    """The site, and where the rest begins; ``host:/sites/team:`` ends with a colon, or with the path."""
    key = words[2]
    if not key.endswith(":"):
        return key, 3
    path: list[str] = []
    for at, word in enumerate(words[3:], start=3):
        path.append(word.removesuffix(":"))
        if word.endswith(":"):
            return key + "/" + "/".join(filter(None, path)), at + 1
    return key + "/" + "/".join(path), len(words)
