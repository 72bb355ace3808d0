"""What a task follows: the one source of its own arguments, or many in a list, as people and discovery write them."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.sources import Drive
from airflow_provider_drivedelta.operators.rendered import names, said

MOST_SOURCES = 100_000
LONGEST_NAME = 120  # of what is shown; the label of a mapped task has room for 250
_LONGEST_TEXT = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Followed:
    """One source: `words` name it as the operator's arguments do, `name` as a person would, where somebody said."""

    words: Mapping[str, str]
    name: str = ""

    @property
    def source(self) -> str:
        return ", ".join(self.words.values())

    def __str__(self) -> str:
        return shown(self.name or self.source)


def read_sources(given: object, arguments: Sequence[str]) -> list[Followed]:
    """
    The sources in the order given. Each is a dict of `arguments` and perhaps a `name`; of one argument also its text.

    A list in the list counts as its members, so that all shards of a discovery can be given at once. A text is what a
    template made of a list, or sources with commas between them.

    :raises FixSetup: this is no such list.
    """
    listed = _listed(given)
    flat = (one for each in listed for one in ([each] if isinstance(each, str | Mapping | Drive) else _listed(each)))
    found = [_followed(one, arguments) for one in islice(flat, MOST_SOURCES + 1)]
    if len(found) > MOST_SOURCES:
        then = "Give each task some of them, with .expand(sources=...)."
        raise FixSetup(f"More than {MOST_SOURCES:,} sources are too many for one task", then=then)
    return found


def without_doubles(
    wanted: Sequence[Followed], spelling: Callable[[Followed], str]
) -> tuple[list[Followed], dict[int, Followed]]:
    """Those to follow, and by its place each that was given before, with the one that it repeats."""
    first: dict[str, Followed] = {}
    again: dict[int, Followed] = {}
    for place, one in enumerate(wanted):
        known = first.setdefault(spelling(one), one)
        if known is not one:
            again[place] = known
    return list(first.values()), again


def label(given: object, arguments: Sequence[str]) -> str:
    """A few words for a person to know the task by; empty where there is nothing to say, never an error."""
    try:
        found = read_sources(given, arguments)
    except FixSetup:
        return ""
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return f"{found[0]}{more}" if found else ""


def shown(text: str) -> str:
    """On one line, of bounded length: names come from the service."""
    line = "".join(sign if sign.isprintable() else " " for sign in text[: LONGEST_NAME + 1])
    return line if len(line) <= LONGEST_NAME else f"{line[: LONGEST_NAME - 1]}…"


def _listed(given: object) -> Iterable[object]:
    if isinstance(given, str):
        return _read_text(given.strip())
    if isinstance(given, Iterable) and not isinstance(given, Mapping):
        return given
    raise _no_list(given)


def _read_text(text: str) -> Iterable[object]:
    if not text.startswith(("[", "(")):
        return names(said(text))
    if len(text) > _LONGEST_TEXT:
        raise _no_list(text)
    for read in (json.loads, ast.literal_eval):  # `| tojson`, or a list as a template writes it
        try:
            found = read(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        if isinstance(found, list | tuple):
            return found
    raise _no_list(text)


def _followed(given: object, arguments: Sequence[str]) -> Followed:
    if isinstance(given, Drive) or (isinstance(given, str) and len(arguments) == 1):
        given = {arguments[0]: str(given)}
    if not isinstance(given, Mapping):
        raise FixSetup(f"{shown(repr(given))} is no source", then=_form(arguments))
    words = {argument: said(given.get(argument)).strip() for argument in arguments}
    lacking = [argument for argument, word in words.items() if not word]
    if lacking:
        raise FixSetup(f"A source has no {' and no '.join(lacking)} ({shown(repr(given))})", then=_form(arguments))
    return Followed(words, shown(said(given.get("name")).strip()))


def _no_list(given: object) -> FixSetup:
    return FixSetup(f"sources is no list, but {shown(repr(given))}", then="Give a list of sources, or source alone.")


def _form(arguments: Sequence[str]) -> str:
    keys = ", ".join(f'"{argument}": …' for argument in arguments)
    return f'Write each as {{{keys}, "name": …}}; the name may be left out.'
