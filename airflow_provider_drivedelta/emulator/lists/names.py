"""Internal names of fields: what SharePoint makes of a title when the field is created, and keeps for ever."""

import re
from collections.abc import Collection

LONGEST = 32
_PLAIN = re.compile(r"[A-Za-z0-9_]")


def internal_name(title: str, taken: Collection[str] = ()) -> str:
    """``Due date`` is ``Due_x0020_date``; cut at 32 characters, even in the middle of an escape; a digit if taken."""
    used = {name.casefold() for name in taken}
    name = "".join(_spelled(char, first=index == 0) for index, char in enumerate(title))[:LONGEST]
    candidate, number = name, 0
    while candidate.casefold() in used:
        candidate = name[: LONGEST - len(str(number))] + str(number)
        number += 1
    return candidate


def _spelled(char: str, *, first: bool) -> str:
    if _PLAIN.fullmatch(char) and not (first and char.isdigit()):
        return char
    units = char.encode("utf-16-be")
    return "".join(f"_x{units[at : at + 2].hex()}_" for at in range(0, len(units), 2))
