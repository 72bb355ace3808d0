"""The query options and headers of a request, whichever way they are spelled."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote_plus

# The first one works only together with the others, in one header.
_SHARING = {"deltashowsharingchanges", "deltashowremovedasdeleted", "deltatraversepermissiongaps"}
_OURS = ("token", "skiptoken")


class BadOption(ValueError):
    """An option whose value cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    select: frozenset[str] = frozenset()
    top: int | None = None
    token: str | None = None
    skip: str | None = None
    without_parents: bool = False
    sharing_changes: bool = False
    filter: str = ""
    order: str = ""
    expand: str = ""
    count: bool = False
    kept: str = ""
    """The query as it is baked into links: all but the token."""


def read_options(raw_query: str, headers: Mapping[str, str]) -> Options:
    pairs = [_pair(part) for part in raw_query.split("&") if part]
    known = {name.removeprefix("$").casefold(): value for name, value in pairs}
    prefer = {wish.strip().casefold() for wish in headers.get("prefer", "").split(",")}
    return Options(
        select=frozenset(_property(name) for name in known.get("select", "").split(",") if name.strip()),
        top=_top(known.get("top")),
        token=known.get("token"),
        skip=known.get("skiptoken"),
        without_parents=headers.get("deltaexcludeparent", "false").casefold() not in ("false", "0"),
        sharing_changes=prefer >= _SHARING,
        filter=known.get("filter", ""),
        expand=known.get("expand", ""),
        order=known.get("orderby", ""),
        count=known.get("count", "").casefold() == "true",
        kept="&".join(_spelled(*pair) for pair in pairs if pair[0].removeprefix("$").casefold() not in _OURS),
    )


def _pair(part: str) -> tuple[str, str]:
    name, _, value = part.partition("=")
    return unquote_plus(name), unquote_plus(value)


def _spelled(name: str, value: str) -> str:
    return f"{quote(name, safe='$@.')}={quote(value, safe='')}"


def _property(name: str) -> str:
    """``parentReference/id`` selects the whole of ``parentReference``."""
    return name.strip().partition("/")[0]


def _top(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or not int(text):
        raise BadOption("Invalid value specified for the '$top' query option. The value must be a positive integer.")
    return int(text)
