"""One value of SharePoint's XML, from its text into what its column holds: the grammar of every kind, one by one.

An empty text is an empty text for `text`, an empty list for the kinds that hold several, and nothing for the rest.
In texts that are joined, `;#` separates, and a semicolon of the text itself is doubled.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import zip_longest
from typing import Literal

from airflow_provider_drivedelta.core.lists import one_scalar
from airflow_provider_drivedelta.core.lists.kinds import PERSON, Kind
from airflow_provider_drivedelta.core.lists.misfit import Misfit, Untold
from airflow_provider_drivedelta.core.lists.zone import SiteZone

Value = str | int | float | bool | datetime | date | None | Sequence["Value"] | Mapping[str, "Value"]

_TOKENS = {mark: re.compile(f"({mark}[{mark}#])") for mark in ";,"}
_STARTS_WITH_ID = re.compile(r"-?\d+;#", re.ASCII)
_ADDRESS = re.compile(r"(?:[^,]|,,|,(?!,| |\Z))*")  # up to a comma before a blank or the end
_ATTACHED_VERSION = re.compile(r"\{[0-9a-fA-F-]{36}\},\d+", re.ASCII)
_AFTER_TERM = re.compile(r"(?<=\|[0-9a-fA-F-]{36});#?")


def read_one(kind: Kind, text: str, zone: SiteZone | None) -> Value:
    """The value of one text.

    :raises Misfit: the text is not of that kind.
    """
    return _READERS[kind](text, zone)


def split_joined(text: str, mark: Literal[";", ","] = ";") -> list[str]:
    """The parts of `a;#b;#c`, with `;;` undone; a lone semicolon stays what it is."""
    parts: list[str] = []
    pieces: list[str] = []
    for token in _TOKENS[mark].split(text):
        if token == f"{mark}#":
            parts.append("".join(pieces))
            pieces = []
        else:
            pieces.append(mark if token == mark * 2 else token)
    return [*parts, "".join(pieces)]


def _text(text: str, zone: SiteZone | None) -> Value:
    return text


def _choices(text: str, zone: SiteZone | None) -> Value:
    """`;#A;#B;#`, or bare `A`."""
    return split_joined(_inside(text)) if _inside(text) else []


def _inside(text: str) -> str:
    """What is between the separators at both ends, where they are."""
    return text.removeprefix(";#").removesuffix(";#") if text.startswith(";#") else text


def _attachments(text: str, zone: SiteZone | None) -> Value:
    """`;#url1;#url2;#`, or 0 for none; what says that there are some and not which is untold."""
    if one_scalar.TRUTHS.get(text.lower()):
        raise Untold("addresses of attachments")
    if not text or text.lower() in one_scalar.TRUTHS:
        return []
    parts = [part for part in split_joined(_inside(text)) if part]
    if any(map(_ATTACHED_VERSION.fullmatch, parts)):
        raise Untold("addresses of attachments without versions")
    return parts


def _lookup(text: str, zone: SiteZone | None) -> Value:
    return _titled(*_key(text)) if text else None


def _lookups(text: str, zone: SiteZone | None) -> Value:
    return [_titled(key, value) for key, value in _pairs(text)]


def _titled(key: int | None, value: str | None) -> Value:
    return {"id": key, "value": value}


def _user(text: str, zone: SiteZone | None) -> Value:
    return _person(*_key(text)) if text else None


def _users(text: str, zone: SiteZone | None) -> Value:
    return [_person(key, value) for key, value in _pairs(text)]


def _person(key: int | None, text: str | None) -> Value:
    """A user's name, or with ExpandUserField `name,#login,#e-mail,#…`, where commas of the text are doubled."""
    said: list[str | None] = [text]
    if text is not None and ",#" in text:
        said = [part or None for part in split_joined(text, ",")]
        if len(said) > len(PERSON):
            raise Untold("what is said of a user beyond the picture")
    return {"id": key, **dict(zip_longest(PERSON, said))}


def _key(text: str) -> tuple[int | None, str | None]:
    """`1;#Title`, split at the first `;#`.

    A number alone is the id, as SharePoint's own reader has it; a text alone is the value.
    """
    key, separator, value = text.partition(";#")
    if separator:
        return one_scalar.whole(key), value.replace(";;", ";")
    return (one_scalar.whole(text), None) if text.isdecimal() else (None, text)


def _pairs(text: str) -> Iterator[tuple[int | None, str | None]]:
    """`2;#a;#3;#b`: ids and texts in turn."""
    parts = split_joined(_inside(text))
    if len(parts) == 1:
        if text:
            yield _key(parts[0])
        return
    if len(parts) % 2:
        raise Misfit("pairs of an id and a text")
    for key, value in zip(parts[::2], parts[1::2], strict=True):
        yield one_scalar.whole(key), value


def _term(text: str, zone: SiteZone | None) -> Value:
    terms = _all_terms(text)
    if len(terms) > 1:
        raise Misfit("one term")
    return terms[0] if terms else None


def _all_terms(text: str) -> list[Value]:
    """`12;#Label|guid;#13;#…`; the ids may be left out."""
    if not text:
        return []
    if _STARTS_WITH_ID.match(text):
        return [_labelled(key, value or "") for key, value in _pairs(text)]
    return [_labelled(None, part) for part in _AFTER_TERM.split(_inside(text))]


def _terms(text: str, zone: SiteZone | None) -> Value:
    return _all_terms(text)


def _labelled(key: int | None, text: str) -> Value:
    label, separator, guid = text.rpartition("|")
    if not separator:
        label, guid = text, ""
    return {"id": key, "label": label, "term_guid": one_scalar.bare_guid(guid) if guid else None}


def _url(text: str, zone: SiteZone | None) -> Value:
    """`address, description`; a comma of the address is doubled, one of the description is not."""
    if not text:
        return None
    found = _ADDRESS.match(text)
    address = text[: found.end()] if found else ""
    rest = text[len(address) :].removeprefix(",").removeprefix(" ")
    return {"url": address.replace(",,", ","), "description": rest or None}


_READERS: Mapping[Kind, Callable[[str, SiteZone | None], Value]] = {
    "text": _text,
    "choices": _choices,
    "number": one_scalar.read_number,
    "integer": one_scalar.read_integer,
    "boolean": one_scalar.read_boolean,
    "datetime": one_scalar.read_datetime,
    "date": one_scalar.read_date,
    "lookup": _lookup,
    "lookups": _lookups,
    "user": _user,
    "users": _users,
    "url": _url,
    "term": _term,
    "terms": _terms,
    "guid": one_scalar.read_guid,
    "attachments": _attachments,
    "mask": one_scalar.read_mask,
}
