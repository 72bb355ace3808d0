"""Random rows of every kind of field, put into a list, captured over either protocol, read back from Parquet: equal."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from airflow_provider_drivedelta.core.capture_list import ListCapture, capture_list
from airflow_provider_drivedelta.core.transport import Transport
from airflow_provider_drivedelta.emulator import Emulator, Field, SharePointList, Site
from airflow_provider_drivedelta.emulator.lists.values import CalculatedError, Lookup, Term, Url, User, Value
from airflow_provider_drivedelta.reading import read_changes, read_current
from tests.core.protocols.followed_list import AnyBearer

LONG = "DRIVEDELTA_MODEL_EXAMPLES"
EXAMPLES = int(os.environ.get(LONG, "12"))
"""Of each protocol."""

# Their clocks have gone by the same rules in all the years that are drawn: so the bias alone tells the day.
ZONES = ("UTC", "America/Los_Angeles", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Auckland")
DAYS = st.dates(date(2009, 1, 1), date(2035, 12, 31))

# Fields are called by what they hold; the columns are then called the same.
FIELDS: Sequence[Field] = (
    *(
        Field(kind.lower(), kind)
        for kind in ("Text", "Note", "Number", "Currency", "Integer", "Boolean", "Choice", "MultiChoice")
    ),
    *(Field(kind.lower(), kind) for kind in ("Lookup", "LookupMulti", "User", "UserMulti", "URL")),
    Field("key", "Guid"),
    Field("term", "TaxonomyFieldType"),
    Field("terms", "TaxonomyFieldTypeMulti"),
    Field("moment", "DateTime", format="DateTime"),
    Field("day", "DateTime", format="DateOnly"),
    *(
        Field(f"sum_{result.lower()}", "Calculated", result=result, formula="=1")
        for result in ("Text", "Number", "DateTime", "Boolean")
    ),
)

ODD = st.text(st.sampled_from(["a", "Z", ";", ",", "#", "|", " ", "<", "&", '"', "'", "\n", "\t", "\r", "é", "😀"]))
TEXTS = ODD | st.text(max_size=20)
NUMBERS = st.floats(-1e300, 1e300, allow_subnormal=False).map(lambda number: float(f"{number:.15g}"))
IDS = st.integers(1, 2**31 - 1)
NO_PAIRS = TEXTS.filter(lambda text: ";;" not in text)
"""A pair of semicolons in a single text beside an id may be meant as one or as two: nobody writes down which."""
CHOICES = ODD.filter(lambda text: text and ";;" not in text and ";#" not in text and not text.endswith(";"))
NAMES = NO_PAIRS.filter(lambda text: ",#" not in text)
LABELS = TEXTS.map(lambda text: "".join(letter for letter in text if letter not in ';"<>|&\t'))
"""The term store refuses these characters."""
LOOKUPS = st.builds(Lookup, IDS, NO_PAIRS)
USERS = st.builds(User, IDS, NAMES, NAMES.filter(bool), NAMES)
TERMS = st.builds(Term, IDS, LABELS, st.uuids().map(str))
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(8900, 1, 1)).map(lambda at: at.replace(microsecond=0, tzinfo=UTC))
ERRORS = st.sampled_from(["#DIV/0!", "#NAME?", "#VALUE!"]).map(CalculatedError)


def several(one: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(one, max_size=3).map(tuple)


VALUES: Mapping[str, st.SearchStrategy[object]] = {
    "text": TEXTS,
    "note": TEXTS,
    "choice": TEXTS,
    "number": NUMBERS | st.integers(-(10**14), 10**14),
    "currency": NUMBERS | st.decimals(-(10**9), 10**9, places=4),
    "integer": st.integers(-(2**31), 2**31 - 1),
    "boolean": st.booleans(),
    "key": st.uuids().map(str),
    "multichoice": several(CHOICES),
    "lookup": LOOKUPS,
    "lookupmulti": several(LOOKUPS),
    "user": USERS,
    "usermulti": several(USERS),
    "url": st.builds(Url, ODD.filter(bool), TEXTS),
    "term": TERMS,
    "terms": several(TERMS),
    "moment": MOMENTS,
    "day": DAYS,
    "sum_text": TEXTS,
    "sum_number": NUMBERS | ERRORS,
    "sum_datetime": MOMENTS | ERRORS,
    "sum_boolean": st.booleans() | ERRORS,
}
assert VALUES.keys() == {field.title for field in FIELDS}


@dataclass(frozen=True)
class Put:
    """An item as it is put into the list."""

    title: str
    values: Mapping[str, Value]
    files: Sequence[str]


@st.composite
def items(draw: st.DrawFn) -> Put:
    values = {name: draw(st.none() | drawn) for name, drawn in VALUES.items()}
    files = draw(st.lists(st.sampled_from(["a.txt", "ü, b;#1.pdf", "100%.png"]), unique=True, max_size=2))
    return Put(draw(TEXTS), values, files)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Way:
    """How the list is captured, and what that way tells of a value: written down here, not taken from a reader."""

    protocol: str
    zone: str
    zone_told: bool
    people_told: bool
    origin: str

    def row(self, own: SharePointList, number: int, put: Put) -> dict[str, object]:
        values = {name: None if value is None else self.seen(name, value) for name, value in put.values.items()}
        return {"id": number, "title": self.text(put.title), **values, "attachments": self.files(own, number, put)}

    def seen(self, name: str, value: Value) -> object:
        match value:
            case tuple():
                return [self.seen(name, part) for part in value]
            case CalculatedError():
                return None
            case Lookup(key, text):
                by_id = self.protocol == "graph" and name == "lookup"
                return {"id": key, "value": None if by_id else self.text(text)}
            case User():
                return self.person(name, value)
            case Url(url, text):
                return {"url": self.text(url), "description": self.text(text) or None}
            case Term(key, label, guid):
                return {"id": key, "label": self.text(label), "term_guid": guid}
            case str():
                return self.text(value)
            case bool() | datetime():
                return value
            case date():
                midnight = datetime.combine(value, time(), ZoneInfo(self.zone)).astimezone(UTC)
                return midnight if self.protocol == "graph" and not self.zone_told else value
        return value if name == "integer" else float(value)  # type: ignore[arg-type]

    def person(self, name: str, user: User) -> dict[str, object]:
        told: dict[str, object] = {"id": user.id} | dict.fromkeys(("name", "login", "email", "sip", "title", "picture"))
        if self.protocol == "graph":
            return told | ({} if name == "user" else {"name": user.name, "email": user.email})
        told["name"] = self.text(user.name)
        if self.people_told:
            email, title = self.text(user.email), self.text(user.title)
            login = f"i:0#.f|membership|{email}"
            told |= {"login": login, "email": email or None, "sip": email or None, "title": title or None}
            told["name"] = told["name"] or None
        return told

    def text(self, text: str) -> str:
        """What XML has no way to write is left out on the way; JSON has one for everything."""
        return text if self.protocol == "graph" else "".join(filter(in_xml, text))

    def files(self, own: SharePointList, number: int, put: Put) -> object:
        if self.protocol == "graph":
            return bool(put.files)
        folder = f"{self.origin}{quote(own.path)}/Attachments/{number}/"
        return [folder + quote(name) for name in put.files]


def in_xml(letter: str) -> bool:
    return letter in "\t\n\r" or "\x20" <= letter <= "\ud7ff" or "\ue000" <= letter <= "\ufffd" or letter > "\uffff"


@dataclass
class Service:
    """An emulator that gets a new list for every example."""

    emulator: Emulator
    lists: int = 0

    def new_list(self, zone: str) -> SharePointList:
        self.lists += 1
        site = next(site for site in self.emulator.sites if site.zone.key == zone)
        return site.add_list(f"L{self.lists}", FIELDS)

    def pull(self, own: SharePointList, way: Way, output: Path) -> object:
        address = self.emulator.url + own.site.path
        base = f"{self.emulator.url}/v1.0" if way.protocol == "graph" else address
        capture = ListCapture(
            site=address,
            list=own.id,
            output=str(output),
            protocol=way.protocol,
            row_limit=3,
            site_zone=way.zone if way.zone_told else "",
            query_options={"ExpandUserField": "TRUE"} if way.people_told else {},
        )
        with Transport(auth=AnyBearer(), base_url=base) as transport:
            return capture_list(capture, base_url=base, transport=transport)


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    sites = [Site(f"/sites/{zone.replace('/', '-')}", zone=zone) for zone in ZONES]
    with Emulator(sites=sites, page_size=3) as emulator:
        yield Service(emulator)


@pytest.mark.timeout(0 if LONG in os.environ else 120)
@pytest.mark.parametrize("protocol", ["sharepoint", "graph"])
def test_what_is_put_into_a_list_is_what_is_read_from_the_lake(service: Service, protocol: str) -> None:
    """G1: first as a full read tells it, then every item edited, as an increment tells it."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=LONG not in os.environ,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink] if LONG in os.environ else [Phase.generate],
    )
    @given(
        st.lists(items(), min_size=1, max_size=5),
        st.lists(items(), min_size=1, max_size=3),
        st.sampled_from(ZONES),
        st.booleans(),
        st.booleans(),
    )
    def check(first: list[Put], later: list[Put], zone: str, zone_told: bool, people_told: bool) -> None:
        own = service.new_list(zone)
        people_told = people_told and protocol == "sharepoint"
        way = Way(protocol, zone, zone_told, people_told, service.emulator.url)
        expected: dict[int, dict[str, object]] = {}
        with tempfile.TemporaryDirectory(prefix="drivedelta-") as folder:
            for put in first:
                number = own.add({"Title": put.title, **put.values}).id
                expected[number] = way.row(own, number, attached(own, number, put))
            service.pull(own, way, Path(folder))
            same(read_changes(folder), expected)
            for number, put in zip(list(expected), later, strict=False):
                own.edit(number, {"Title": put.title, **put.values})
                expected[number] = way.row(own, number, attached(own, number, put))
            service.pull(own, way, Path(folder))
            same(read_current(folder), expected)

    check()


def attached(own: SharePointList, number: int, put: Put) -> Put:
    """Attaches the files, and says what is attached then."""
    for name in put.files:
        own.attach(number, name)
    return Put(put.title, put.values, [file.name for file in own.item(number).attachments])


def same(found: pa.RecordBatchReader, expected: Mapping[int, Mapping[str, object]]) -> None:
    rows = {row["id"]: row for row in found.read_all().to_pylist()}
    assert rows.keys() == expected.keys()
    differing = {
        name: (rows[number][name], value)
        for number, told in expected.items()
        for name, value in told.items()
        if rows[number][name] != value
    }
    assert not differing, f"read, and put in: {differing}"
