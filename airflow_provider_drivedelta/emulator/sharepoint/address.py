"""Reads a SharePoint REST path: which site, and the segments below ``_api``, each with its arguments.

Case does not matter, a quote within a text is doubled, and an argument may stand in the query: ``GetList(@a)?@a='…'``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from airflow_provider_drivedelta.emulator.sharepoint.failures import bad_query, no_resource

_API = re.compile(r"(?P<site>.*?)/_api(?:/(?P<rest>.*))?", re.IGNORECASE | re.DOTALL)
_SEGMENT = re.compile(r"(?P<name>[A-Za-z_][\w.]*)(?:\((?P<argument>(?:[^'()]|'(?:[^']|'')*')*)\))?(?:/+|$)")
_TEXT = re.compile(r"(?:\w+=)?(?:guid)?'(?P<text>(?:[^']|'')*)'", re.IGNORECASE)
_NUMBER = re.compile(r"(?:\w+=)?(?P<number>\d{1,9})")


@dataclass(frozen=True, slots=True)
class Segment:
    """``name`` in lower case; ``argument`` unquoted, None without brackets or with nothing between them."""

    name: str
    argument: str | None


@dataclass(frozen=True, slots=True)
class RestAddress:
    site: str
    segments: tuple[Segment, ...]


def read_rest_address(raw_path: str, raw_query: str) -> RestAddress | None:
    """None for a path that is not one of the API's."""
    found = _API.fullmatch(unquote(raw_path))
    if found is None:
        return None
    aliases = {name: value for name, value in parse_qsl(raw_query, keep_blank_values=True) if name.startswith("@")}
    return RestAddress("/" + found["site"].strip("/"), tuple(_segments(found["rest"] or "", aliases)))


def _segments(rest: str, aliases: Mapping[str, str]) -> list[Segment]:
    segments: list[Segment] = []
    at = len(rest) - len(rest.lstrip("/"))
    while at < len(rest):
        found = _SEGMENT.match(rest, at)
        if found is None:
            raise no_resource(rest[at : at + 100])
        segments.append(Segment(found["name"].casefold(), _argument(found["argument"], aliases)))
        at = found.end()
    return segments


def _argument(text: str | None, aliases: Mapping[str, str]) -> str | None:
    text = (text or "").strip()
    if text.startswith("@"):
        text = aliases.get(text, "").strip()
    if not text:
        return None
    if number := _NUMBER.fullmatch(text):
        return number["number"]
    quoted = _TEXT.fullmatch(text)
    if quoted is None:
        raise bad_query(f'The expression "{text[:100]}" is not valid.')
    return quoted["text"].replace("''", "'")
