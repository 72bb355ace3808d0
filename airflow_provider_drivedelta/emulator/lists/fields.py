"""Fields of a list: their types, and which values each of them takes."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import date, datetime
from decimal import Decimal

from airflow_provider_drivedelta.emulator.lists.values import CalculatedError, Lookup, Term, Url, User, Value

_TEXT = (str,)
_NUMBER = (int, float, Decimal)
# Of a field's type: which values it takes, and whether it takes a tuple of them.
_TAKES: dict[str, tuple[tuple[type, ...], bool]] = {
    "Attachments": ((), False),
    "Boolean": ((bool,), False),
    "Calculated": ((str, bool, *_NUMBER, datetime, date, CalculatedError), False),
    "Choice": (_TEXT, False),
    "Computed": (_TEXT, False),
    "ContentTypeId": (_TEXT, False),
    "Counter": ((int,), False),
    "Currency": (_NUMBER, False),
    "DateTime": ((datetime, date), False),
    "File": (_TEXT, False),
    "Guid": (_TEXT, False),
    "Integer": ((int,), False),
    "Lookup": ((Lookup,), False),
    "LookupMulti": ((Lookup,), True),
    "ModStat": ((int,), False),
    "MultiChoice": (_TEXT, True),
    "Note": (_TEXT, False),
    "Number": (_NUMBER, False),
    "TaxonomyFieldType": ((Term,), False),
    "TaxonomyFieldTypeMulti": ((Term,), True),
    "Text": (_TEXT, False),
    "URL": ((Url,), False),
    "User": ((User,), False),
    "UserMulti": ((User,), True),
}
KINDS = frozenset(_TAKES)
RESULTS = ("Text", "Number", "Currency", "DateTime", "Boolean")


@dataclass(frozen=True, slots=True)
class Field:
    """``kind`` is SharePoint's word for the type. Name and id are given when the field is added, unless said here.

    ``format`` is ``DateOnly`` or ``DateTime``, ``Hyperlink`` or ``Image``; ``result`` the type of a Calculated;
    ``lookup`` the id of the list that a Lookup looks into.
    """

    title: str
    kind: str
    _: KW_ONLY
    name: str = ""
    id: str = ""
    format: str = ""
    result: str = ""
    formula: str = ""
    choices: tuple[str, ...] = ()
    lookup: str = ""
    rich: bool = False
    decimals: int | None = None
    required: bool = False
    hidden: bool = False
    read_only: bool = False
    indexed: bool = False
    built_in: bool = False
    """One that every list has: its value follows from the item."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    """Further attributes in the schema."""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no field type {self.kind!r}; there are {', '.join(sorted(KINDS))}")
        if self.kind == "Calculated" and self.result not in RESULTS:
            raise ValueError(f"{self.title}: the result of a Calculated is one of {', '.join(RESULTS)}")

    @property
    def several(self) -> bool:
        return _TAKES[self.kind][1]

    @property
    def date_only(self) -> bool:
        return self.kind == "DateTime" and self.format == "DateOnly"

    def accepts(self, value: Value) -> bool:
        kinds, several = _TAKES[self.kind]
        if value is None:
            return True
        if several:
            return isinstance(value, tuple) and all(_is(part, kinds) for part in value)
        if isinstance(value, datetime) and (value.tzinfo is None or self.date_only):
            return False
        if self.kind == "DateTime" and not self.date_only and not isinstance(value, datetime):
            return False
        return _is(value, kinds)


def _is(value: object, kinds: tuple[type, ...]) -> bool:
    """A truth is no number, although Python has it so."""
    return isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))
