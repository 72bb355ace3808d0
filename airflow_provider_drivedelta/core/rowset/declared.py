"""What an inline s:Schema declares: the columns of the rows, and the chapters (rows inside of rows)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from airflow_provider_drivedelta.core.rowset.names import pairs, short


@dataclass(frozen=True, slots=True)
class Column:
    """One AttributeType, under the name that its column gets."""

    name: str
    attribute: str
    type: str = "string"
    """dt:type as the schema spells it."""
    dbtype: str = ""
    precision: int | None = None
    scale: int | None = None
    lookup: bool = False
    """Values begin with `id;#`."""
    nullable: bool = True

    def metadata(self) -> dict[str, str]:
        """What the Arrow field remembers of the declaration."""
        told = {"attribute": self.attribute, "dt:type": self.type, "rs:dbtype": self.dbtype}
        told |= {"dt:lookup": "true" if self.lookup else "", "nullable": "true" if self.nullable else "false"}
        return {key: value for key, value in told.items() if value}


@dataclass(frozen=True, slots=True)
class RowType:
    """The columns of one kind of row in their order, and its chapters by the name of their elements."""

    element: str
    name: str
    columns: tuple[Column, ...]
    chapters: tuple[RowType, ...] = ()

    def width(self) -> int:
        return len(self.columns) + sum(chapter.width() + 1 for chapter in self.chapters)


Declarations = dict[str, dict[str, str]]


@dataclass(slots=True)
class _Element:
    """An ElementType: its attributes by name in order, each declared in it or elsewhere."""

    given: dict[str, str]
    declared: Declarations = field(default_factory=dict)
    attributes: list[str] = field(default_factory=list)
    chapters: list[_Element] = field(default_factory=list)


class SchemaReader:
    """Takes the events inside of one s:Schema."""

    def __init__(self) -> None:
        self._open: list[_Element] = []
        self._rows: list[_Element] = []
        self._shared: Declarations = {}
        self._attribute: dict[str, str] = {}

    def start(self, name: str, attributes: list[str]) -> None:
        given = {short(key): value for key, value in pairs(attributes)}
        match short(name):
            case "s:ElementType":
                self._begin_element(given)
            case "s:AttributeType" if "name" in given:
                self._attribute = given
                self._declare(given)
            case "s:datatype":  # says more of the AttributeType around it; what that says itself wins
                for key, value in given.items():
                    self._attribute.setdefault(key, value)
            case "s:attribute" if "type" in given and self._open:
                self._open[-1].attributes.append(given["type"])

    def end(self, name: str) -> None:
        match short(name):
            case "s:ElementType":
                self._open.pop()
            case "s:AttributeType":
                self._attribute = {}

    def _begin_element(self, given: dict[str, str]) -> None:
        element = _Element(given)
        (self._open[-1].chapters if self._open else self._rows).append(element)
        self._open.append(element)

    def _declare(self, given: dict[str, str]) -> None:
        if not self._open:
            self._shared.setdefault(given["name"], given)
            return
        self._open[-1].declared.setdefault(given["name"], given)
        self._open[-1].attributes.append(given["name"])

    def row_type(self) -> RowType:
        """The rows' type: the ElementType called row, else the first. A shared AttributeType may come after its use."""
        named = [element for element in self._rows if element.given.get("name") == "row"]
        found = [*named, *self._rows]
        return self._typed(found[0]) if found else RowType("row", "row", ())

    def _typed(self, element: _Element) -> RowType:
        declared = [
            element.declared.get(attribute) or self._shared.get(attribute) or {"name": attribute}
            for attribute in dict.fromkeys(element.attributes)
        ]
        declared.sort(key=_number)
        name = element.given.get("name", "row")
        columns = tuple(_columns(declared))
        chapters = tuple(self._typed(chapter) for chapter in element.chapters)
        return RowType(name, element.given.get("rs:name", name), columns, chapters)


def _columns(declared: Iterable[dict[str, str]]) -> Iterator[Column]:
    taken: set[str] = set()
    for given in declared:
        name = _free(given.get("rs:name", given["name"]), given["name"], taken)
        taken.add(name)
        yield Column(
            name,
            given["name"],
            type=given.get("dt:type", "string"),
            dbtype=given.get("rs:dbtype", ""),
            precision=_digits(given.get("rs:precision")),
            scale=_digits(given.get("rs:scale")),
            lookup=_true(given.get("dt:lookup")),
            # rs:maybenull='false' is no promise: MDAC writes it beside rs:nullable='true', and nulls follow.
            nullable=_true(given.get("rs:nullable")) or given.get("rs:maybenull", "").lower() != "false",
        )


def _free(name: str, attribute: str, taken: set[str]) -> str:
    """The column's name; where an earlier column has it, the attribute's, which is unique in its element."""
    number = 1
    candidate = name
    while candidate in taken:
        candidate = attribute if number == 1 else f"{attribute}_{number}"
        number += 1
    return candidate


def _number(given: dict[str, str]) -> float:
    number = _digits(given.get("rs:number"))
    return float("inf") if number is None else number


def _digits(text: str | None) -> int | None:
    return int(text) if text and len(text) <= 9 and text.isascii() and text.isdigit() else None


def _true(text: str | None) -> bool:
    return text is not None and text.strip().lower() in ("true", "1", "-1")
