"""Names of fields into names of columns: decoded, in snake_case, never the same twice.

SharePoint writes an internal name so that it is an XML name (`Due_x0020_Date`) and cuts it at 32 characters,
through an escape where that falls so. A column name has letters, digits and single underscores, all in lower
case, and begins with no underscore: it can be neither an envelope column nor a `<name>__<type>`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Set
from itertools import count

RESERVED = frozenset({"captured_date"})
"""Names that no column may have besides the headline columns: the partition of the change files."""

_LONGEST_INTERNAL = 32  # characters SharePoint keeps of an internal name
_ESCAPE = re.compile(r"_x([0-9a-fA-F]{4})_")
_CUT_ESCAPE = re.compile(r"_(x[0-9a-fA-F]{0,3})?$")
_CUT_AT_THE_LAST = re.compile(r"_x[0-9a-fA-F]{4}$")
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BETWEEN = re.compile(r"[\W_]+")


def decoded(internal: str) -> str:
    """An internal name as its author wrote it: `Due_x0020_Date` -> `Due Date`; a cut escape is left off."""
    if len(internal) == _LONGEST_INTERNAL:
        internal = f"{internal}_" if _CUT_AT_THE_LAST.search(internal) else _CUT_ESCAPE.sub("", internal)
    units = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), internal)
    # Characters beyond the basic plane are two escapes, one for each half; half a one is no character.
    return units.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def snake(label: str) -> str:
    """A label as a column name: `DueDate`, `Due Date` and `due-date` -> `due_date`; may be empty."""
    spaced = _WORDS.sub("_", unicodedata.normalize("NFC", label))
    return _BETWEEN.sub("_", spaced).strip("_").lower()


def unused(candidates: Iterable[str], taken: Set[str]) -> str:
    """The first of these names that is free; where none is, the last one with the first free number from 2."""
    last = "field"
    for name in filter(None, candidates):
        if name not in taken:
            return name
        last = name
    numbered: Callable[[int], str] = f"{last}_{{}}".format
    return next(name for name in map(numbered, count(2)) if name not in taken)
