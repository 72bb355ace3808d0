"""What a list's fields hold: the values that are more than text, a number, a truth or a moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Lookup:
    """An item of another list, and the text that is shown of it."""

    id: int
    text: str


@dataclass(frozen=True, slots=True)
class User:
    """Somebody whom the site knows; the id is the site's own."""

    id: int
    name: str
    email: str
    title: str = ""

    @property
    def login(self) -> str:
        return f"i:0#.f|membership|{self.email}"


@dataclass(frozen=True, slots=True)
class Url:
    url: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the term store; ``id`` is its row in the site's hidden list of terms."""

    id: int
    label: str
    guid: str


@dataclass(frozen=True, slots=True)
class CalculatedError:
    """What a formula came to when it came to nothing, such as ``#DIV/0!``."""

    text: str


Value: TypeAlias = (
    str
    | int
    | float
    | Decimal
    | bool
    | datetime
    | date
    | Lookup
    | User
    | Url
    | Term
    | CalculatedError
    | tuple[str, ...]
    | tuple[Lookup, ...]
    | tuple[User, ...]
    | tuple[Term, ...]
    | None
)
Values: TypeAlias = Mapping[str, Value]
