"""A generated SharePoint list as answers of GetListItemChangesSinceToken: any number of rows, the same each time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from xml.sax.saxutils import escape

_BEGAN = datetime(2021, 3, 1, 8, tzinfo=UTC)
_WINTER = timedelta(hours=5)  # the site is in New York; summers are left out
_TEXT = (
    "the order was checked against last quarter's plan and sent back to procurement because two of its lines had no "
    "cost centre; the supplier promised a new offer until Friday & asks whether <express> delivery is still wanted"
)
_WORDS = _TEXT.split()
_PEOPLE = tuple(
    f"{number + 11};#{first} {last}"
    for number, (first, last) in enumerate(
        (first, last)
        for last in ("Smith", "García", "Müller", "Okafor", "Nguyen", "Ivanova", "Haddad", "Rossi", "Tanaka", "Silva")
        for first in ("Ada", "Ben", "Chloé", "Dev", "Eva", "Femi", "Grace", "Hugo", "Ines", "Jonas", "Kim", "Lea")
    )
)
_CHOICES = ("Not started", "In progress", "Waiting on someone else", "Completed", "Deferred")
_PRIORITIES = ("(1) High", "(2) Normal", "(3) Low")
_TOPICS = ("Finance", "Legal", "Research & Development", "Operations", "Sales", "People")

Writer = Callable[[Random, int], str | None]


def _said(random: Random, fewest: int, most: int) -> str:
    return " ".join(random.choices(_WORDS, k=random.randint(fewest, most)))


def _html(random: Random, number: int) -> str:
    digest = hashlib.blake2b(number.to_bytes(8, "big"), digest_size=16).hexdigest().upper()
    return f'<div class="ExternalClass{digest}"><p>{escape(_said(random, 8, 40))}</p>\r\n</div>'


def _moment(random: Random, number: int) -> str:
    return f"{_BEGAN + timedelta(minutes=number * 3, seconds=random.randrange(86_400)):%Y-%m-%dT%H:%M:%SZ}"


def _day(random: Random, number: int) -> str:
    midnight = datetime(2021 + number % 5, random.choice((1, 2, 12)), random.randint(1, 28), tzinfo=UTC) + _WINTER
    return f"{midnight:%Y-%m-%dT%H:%M:%SZ}"


def _number(value: float) -> str:
    """Fifteen digits, as SharePoint writes all that is a double."""
    whole = len(str(int(abs(value))))
    return f"{value:.{15 - whole}f}" if value else "0"


def _person(random: Random, number: int) -> str:
    return random.choice(_PEOPLE)


def _people(random: Random, number: int) -> str:
    return ";#".join(random.sample(_PEOPLE, random.randint(1, 3)))


def _choices(random: Random, number: int) -> str:
    return f";#{';#'.join(random.sample(_TOPICS, random.randint(1, 3)))};#"


def _lookup(random: Random) -> str:
    target = random.randint(1, 400)
    return f"{target};#Project {target:04} {_WORDS[target % len(_WORDS)].rstrip(';')}"


def _lookups(random: Random, number: int) -> str:
    return ";#".join(_lookup(random) for _ in range(random.randint(1, 4)))


def _address(random: Random, number: int) -> str:
    return f"https://intranet.contoso.com/orders/{number}?version={random.randint(1, 9)}&mode=view, Order {number}"


def _unique_id(number: int) -> str:
    digest = hashlib.blake2b(number.to_bytes(8, "little"), digest_size=16).hexdigest().upper()
    return f"{{{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:]}}}"


def _mostly(share: float, write: Writer) -> Writer:
    return lambda random, number: write(random, number) if random.random() < share else None


# Type, further attributes of the field, and how a value is written.
FIELDS: dict[str, tuple[str, dict[str, str], Writer]] = {
    "ID": ("Counter", {}, lambda random, number: str(number)),
    "Title": ("Text", {}, lambda random, number: f"Order {number} {_said(random, 2, 5)}"),
    "Created": ("DateTime", {}, _moment),
    "Modified": ("DateTime", {}, _moment),
    "Author": ("User", {}, _person),
    "Editor": ("User", {}, _person),
    "_UIVersionString": ("Text", {}, lambda random, number: f"{random.randint(1, 30)}.0"),
    "Body": ("Note", {"RichText": "TRUE"}, _mostly(0.8, _html)),
    "Remarks": ("Note", {}, _mostly(0.4, lambda random, number: _said(random, 3, 25))),
    "Reference": ("Text", {}, lambda random, number: f"PO-{random.randrange(10**8):08}"),
    "Status": ("Choice", {}, lambda random, number: random.choice(_CHOICES)),
    "Priority": ("Choice", {}, lambda random, number: random.choice(_PRIORITIES)),
    "Topics": ("MultiChoice", {}, _mostly(0.9, _choices)),
    "Amount": ("Currency", {}, lambda random, number: _number(random.randrange(10**7) / 100)),
    "Quantity": ("Number", {}, lambda random, number: _number(random.randrange(500))),
    "Complete": ("Number", {"Percentage": "TRUE"}, _mostly(0.7, lambda random, number: _number(random.randrange(100)))),
    "Rank": ("Integer", {}, _mostly(0.8, lambda random, number: str(random.randrange(1000)))),
    "Approved": ("Boolean", {}, lambda random, number: str(random.randrange(2))),
    "DueDate": ("DateTime", {"Format": "DateOnly"}, _mostly(0.9, _day)),
    "Shipped": ("DateTime", {}, _mostly(0.5, _moment)),
    "AssignedTo": ("User", {}, _mostly(0.9, _person)),
    "Reviewers": ("UserMulti", {"Mult": "TRUE"}, _mostly(0.6, _people)),
    "Project": ("Lookup", {"List": "{1}", "ShowField": "Title"}, lambda random, number: _lookup(random)),
    "Related": ("LookupMulti", {"Mult": "TRUE", "List": "{1}", "ShowField": "Title"}, _mostly(0.5, _lookups)),
    "Link": ("URL", {}, _mostly(0.4, _address)),
    "Total": ("Calculated", {"ResultType": "Currency"}, lambda random, number: f"float;#{_number(number * 1.25)}"),
}
"""The 25 typed columns besides the number of the row."""

# What the service sends of every row, asked for or not.
_ALWAYS: dict[str, Writer] = {
    "_ModerationStatus": lambda random, number: "0",
    "_Level": lambda random, number: "1",
    "UniqueId": lambda random, number: f"{number};#{_unique_id(number)}",
    "owshiddenversion": lambda random, number: str(random.randint(1, 30)),
    "FSObjType": lambda random, number: f"{number};#0",
    "FileRef": lambda random, number: f"{number};#sites/team/Lists/Orders/{number}_.000",
    "PermMask": lambda random, number: "0x7fffffffffffffff",
}

_START = (
    '<?xml version="1.0" encoding="utf-8"?>\r\n<GetListItemChangesSinceTokenResult>'
    "<listitems MinTimeBetweenSyncs='0' RecommendedTimeBetweenSyncs='180' MaxBulkDocumentSyncSize='500' "
    "MaxRecommendedEmbeddedFileSize='500' EffectivePermMask='FullMask' "
    "xmlns:s='uuid:BDC6E3F0-6DA3-11d1-A2A3-00AA00C14882' xmlns:dt='uuid:C2F41010-65B3-11d1-A29F-00AA00C14882' "
    "xmlns:rs='urn:schemas-microsoft-com:rowset' xmlns:z='#RowsetSchema'>"
    '<Changes LastChangeToken="1;3;79cc20e6-adda-438e-8a96-792041b33168;638700000000000000;900001">'
)
_END = "</listitems></GetListItemChangesSinceTokenResult>"
_AS_SHAREPOINT = {'"': "&quot;", "'": "&#39;", "\r": "&#13;", "\n": "&#10;"}


def description() -> bytes:
    """The first answer of a full read: the list itself, and no more of its rows than one's number."""
    fields = "".join(
        f"<Field Name='{name}' DisplayName='{name}' Type='{kind}'{_attributes(more)} />"
        for name, (kind, more, _) in FIELDS.items()
    )
    zone = "<RegionalSettings><Language>1033</Language><TimeZone>300</TimeZone></RegionalSettings>"
    said = f'<List ID="{{79CC20E6-ADDA-438E-8A96-792041B33168}}" Title="Orders"><Fields>{fields}</Fields>{zone}</List>'
    return f"{_START}{said}</Changes><rs:data ItemCount='1'>\r\n<z:row ows_ID='1' />\r\n</rs:data>{_END}".encode()


def pages(rows: int, rows_a_page: int) -> Iterator[bytes]:
    """All rows, page by page; all but the last lead on."""
    for start in range(1, max(rows, 1) + 1, rows_a_page):
        numbers = range(start, min(start + rows_a_page, rows + 1))
        last = numbers.stop - 1
        more = f" ListItemCollectionPositionNext='Paged=TRUE&amp;p_ID={last}'" if last < rows else ""
        inside = "\r\n".join(map(_row, numbers))
        data = f"<rs:data ItemCount='{len(numbers)}'{more}>\r\n{inside}\r\n</rs:data>"
        yield f"{_START}</Changes>{data}{_END}".encode()


def _row(number: int) -> str:
    random = Random(number)
    told = {name: write(random, number) for name, (_, _, write) in FIELDS.items()}
    told |= {name: write(random, number) for name, write in _ALWAYS.items()}
    return f"<z:row{_attributes({f'ows_{name}': text for name, text in told.items() if text is not None})} />"


def _attributes(told: dict[str, str]) -> str:
    return "".join(f" {name}='{escape(text, _AS_SHAREPOINT)}'" for name, text in told.items())
