"""The parts of a fault's rule: which requests it is for, and what becomes of their answers."""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_LINKS = ("", "drop", "loop", "back")
_ITEMS = ("", "repeat", "repeat_previous", "reverse")
_ENCODINGS = ("", "utf-8-sig", "utf-16", "latin-1")
_BROKEN = ("", "half", "garbage")
_GZIP = ("", "claimed", "hidden", "truncated", "garbage", "twice")


def _check(value: str, known: tuple[str, ...], what: str) -> None:
    if value not in known:
        raise ValueError(f"{what}: {', '.join(filter(None, known))}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """``path`` is a regular expression, searched for in the path and its query; ``times`` 0 means for ever.

    Of the requests that are covered, each is hit with ``probability``; the same ``seed`` hits the same ones.
    """

    method: str = ""
    path: str = ""
    nth: int = 1
    times: int = 1
    probability: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.nth < 1 or self.times < 0:
            raise ValueError("match: nth counts from 1, times from 0 (for ever)")
        if not 0 <= self.probability <= 1:
            raise ValueError("match.probability: from 0 to 1")
        try:
            re.compile(self.path)
        except re.error as error:
            raise ValueError(f"match.path: {error}") from None

    def fits(self, method: str, target: str) -> bool:
        return (not self.method or self.method.upper() == method) and re.search(self.path, target) is not None

    def covers(self, count: int) -> bool:
        """Whether the rule applies to the count-th request that fits."""
        if count < self.nth or (self.times and count >= self.nth + self.times):
            return False
        return self.probability >= 1 or random.Random(f"{self.seed}:{count}").random() < self.probability


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """``body`` is text sent as it is, or JSON; without one, what the service sends with that status.

    ``html`` sends a proxy's page instead, with any status. ``redirect`` is an origin such as
    ``http://localhost:8099``: the same path and query there, with 302 or the 3xx status given.
    ``retry_after_date`` asks for a wait by an HTTP date so many seconds from now, or before it.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: object = None
    html: bool = False
    redirect: str = ""
    retry_after_date: float | None = None

    def __post_init__(self) -> None:
        if not 200 <= self.status <= 599:
            raise ValueError("reply.status: 200 to 599")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resync:
    """The feed refuses the token at this request, in the manner of its protocol.

    ``location`` true leads to where everything begins, false is left out; else an address, or a path on this host.
    SharePoint knows no flavour, and ``view.changes`` neither a code nor a place.
    """

    flavour: str = "apply"
    code: str = "resyncRequired"
    inner_code: str = ""
    location: bool | str = True

    def __post_init__(self) -> None:
        _check(self.flavour, ("apply", "upload"), "resync.flavour")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageEdit:
    """``links``: ``drop`` both, ``loop`` to the page itself, ``back`` to the one before, or another host's origin.

    ``items``: ``repeat`` each within the page, ``repeat_previous`` (the items of the page before as well), ``reverse``.
    ``empty`` puts an empty page before the real one; with ``times`` 0 they never end.
    """

    links: str = ""
    items: str = ""
    empty: bool = False

    def __post_init__(self) -> None:
        if not self.links.startswith(("http://", "https://")):
            _check(self.links, _LINKS, "page.links: an origin that begins with http, or")
        _check(self.items, _ITEMS, "page.items")


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyEdit:
    """``html`` sends a proxy's page under the answer's own status and headers; ``broken`` is ``half`` or ``garbage``.

    ``pad`` so many blanks at the end; ``encoding`` the bytes in another one, with the headers as they were.
    ``gzip``: ``claimed`` though it is none, ``hidden`` though it is one, ``truncated``, with ``garbage`` behind it,
    packed ``twice`` and said to be once.
    """

    html: bool = False
    broken: str = ""
    pad: int = 0
    encoding: str = ""
    gzip: str = ""

    def __post_init__(self) -> None:
        if self.pad < 0:
            raise ValueError("body.pad: not negative")
        _check(self.broken, _BROKEN, "body.broken")
        _check(self.encoding, _ENCODINGS, "body.encoding")
        _check(self.gzip, _GZIP, "body.gzip")


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """How an answer is sent.

    ``delay`` seconds before it starts; ``bytes_per_second`` of a slow body; ``cut_after`` so many bytes of the body the
    connection closes, the promised Content-Length (or, ``chunked``, the last chunk) notwithstanding; ``drop`` closes it
    before any answer; either with a ``reset`` rather than in good order. ``empty`` sends no body; ``broken_json`` half
    of it, as if that were all.
    """

    delay: float = 0.0
    bytes_per_second: int = 0
    cut_after: int | None = None
    chunked: bool = False
    drop: bool = False
    reset: bool = False
    empty: bool = False
    broken_json: bool = False

    def __post_init__(self) -> None:
        if self.delay < 0 or self.bytes_per_second < 0 or (self.cut_after or 0) < 0:
            raise ValueError("transfer: numbers are not negative")
