"""Reads a Graph path: whose drive, which item, what is asked of it.

The grammar is looser than a router likes: ``//``, a trailing ``/``, escapes anywhere, ``users('x')`` for ``users/x``,
paths between colons, and functions with or without brackets.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

_KEYED = re.compile(r"(drives|users|groups|sites|items|lists)\('(.*)'\)")
_DELTA = re.compile(r"(?:microsoft\.graph\.)?delta(?:\((?:token=(?:'(.*)'|null))?\))?")
_SEARCH = re.compile(r"(?:microsoft\.graph\.)?search\(q='(.*)'\)")
_FUNCTIONS = ("", "children", "content", "permissions", "versions")
_OWNERS = ("users", "groups", "sites")
_VERSIONS = ("v1.0", "beta")


class NotUnderstood(ValueError):
    """A path that Graph has no segment for; the message names it."""


@dataclass(frozen=True, slots=True)
class ItemPlace:
    """An item by id and a path below it; no id is the root."""

    id: str | None = None
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Address:
    owner: str
    """``drives/{id}``, ``me``, ``users/{id}`` …; empty for the drives of everybody."""
    collection: bool = False
    item: ItemPlace | None = None
    function: str = ""
    token: str | None = None
    search: str | None = None
    stem: str = ""
    """The path up to the function, escaped; links are built on it."""


def read_address(raw_path: str) -> Address:
    words = _Words(raw_path)
    if words.take() not in _VERSIONS:
        raise NotUnderstood("Resource not found for the segment '" + words.last + "'.")
    owner, collection = _owner(words)
    if collection:
        words.expect_end()
        return Address(owner, collection=True, stem=words.stem)
    item = _item(words)
    stem = words.stem
    function, argument = _function(words)
    words.expect_end()
    if function == "search":
        return Address(owner, False, item, function, search=argument, stem=stem)
    return Address(owner, False, item, function, argument, stem=stem)


class _Words:
    """The segments of a path, unescaped, taken one at a time."""

    def __init__(self, raw_path: str) -> None:
        self._words: list[str] = []
        self._next = 0
        for segment in filter(None, raw_path.split("/")):
            word = unquote(segment)
            keyed = _KEYED.fullmatch(word)
            self._words += keyed.groups() if keyed else [word]

    @property
    def last(self) -> str:
        return self._words[self._next - 1] if self._next else ""

    @property
    def stem(self) -> str:
        return "/" + "/".join(quote(word, safe="!$'(),:;@~") for word in self._words[: self._next])

    def peek(self) -> str:
        return self._words[self._next] if self._next < len(self._words) else ""

    def take(self) -> str:
        word = self.peek()
        self._next += 1
        return word

    def take_path(self) -> tuple[str, ...]:
        """The names up to the one that ends with a colon, or all that are left."""
        names: list[str] = []
        while word := self.peek():
            self._next += 1
            names.append(word.removesuffix(":"))
            if word.endswith(":"):
                break
        return tuple(name for name in names if name)

    def expect_end(self) -> None:
        if self.peek():
            raise NotUnderstood(f"Resource not found for the segment '{self.peek()}'.")


def _owner(words: _Words) -> tuple[str, bool]:
    kind = words.take()
    if kind == "drives":
        return (f"drives/{words.take()}", False) if words.peek() else ("", True)
    if kind == "drive":
        return "me", False
    if kind == "me":
        return _owned_drive(words, "me")
    if kind in _OWNERS and words.peek():
        return _owned_drive(words, f"{kind}/{_owner_key(words)}")
    raise NotUnderstood(f"Resource not found for the segment '{kind}'.")


def _owner_key(words: _Words) -> str:
    """A site may be spelled ``host:/sites/team:``."""
    key = words.take()
    return key if not key.endswith(":") else "/".join((key, *words.take_path()))


def _owned_drive(words: _Words, owner: str) -> tuple[str, bool]:
    if words.peek() == "lists":
        words.take(), words.take()
    word = words.take()
    if word == "drive":
        return owner, False
    if word == "drives":
        return (f"drives/{words.take()}", False) if words.peek() else (owner, True)
    raise NotUnderstood(f"Resource not found for the segment '{word}'.")


def _item(words: _Words) -> ItemPlace | None:
    word = words.peek()
    if word in ("root", "root:"):
        words.take()
        return ItemPlace(None, words.take_path() if word.endswith(":") else ())
    if word != "items":
        return None
    words.take()
    item_id = words.take()
    path = words.take_path() if item_id.endswith(":") else ()
    item_id = item_id.removesuffix(":")
    return ItemPlace(None if item_id == "root" else item_id, path)


def _function(words: _Words) -> tuple[str, str | None]:
    word = words.peek()
    if word in _FUNCTIONS:
        words.take()
        return word, None
    for function, pattern in (("delta", _DELTA), ("search", _SEARCH)):
        if found := pattern.fullmatch(word):
            words.take()
            return function, found[1].replace("''", "'") if found[1] is not None else None
    return "", None
