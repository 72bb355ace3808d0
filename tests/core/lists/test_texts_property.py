"""Random typed rows, written as SharePoint writes them, come back equal."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from airflow_provider_drivedelta.core.lists.at_once import AT_ONCE
from airflow_provider_drivedelta.core.lists.kinds import ARROW_TYPES, PERSON, Kind
from airflow_provider_drivedelta.core.lists.misfit import Misfit, Untold
from airflow_provider_drivedelta.core.lists.one_text import read_one
from airflow_provider_drivedelta.core.lists.texts import typed_as
from airflow_provider_drivedelta.core.lists.zone import SiteZone

NEW_YORK = ZoneInfo("America/New_York")
ZONE = SiteZone(bias=300)

CHARACTERS = st.text(st.sampled_from(["a", "B", ";", ",", "#", " ", "|", "é", "😀", "\n", "<"]), max_size=8)
KEYS = st.integers(0, 10**9)
GUIDS = st.uuids().map(str)
LABELS = CHARACTERS.filter(bool)


def doubled(text: str) -> str:
    return text.replace(";", ";;")


def pair(key: int, text: str) -> str:
    return f"{key};#{doubled(text)}"


def a_person(key: int, name: str) -> dict[str, object]:
    return {"id": key, **dict.fromkeys(PERSON), "name": name}


# What a value is, and how SharePoint writes it; texts that could be read two ways are not among them.
NAMES = CHARACTERS.filter(lambda text: ",#" not in text and "#" not in text)
LOOKUPS = st.tuples(KEYS, CHARACTERS).map(lambda t: ({"id": t[0], "value": t[1]}, pair(*t)))
USERS = st.tuples(KEYS, NAMES).map(lambda t: (a_person(*t), pair(*t)))
TERMS = st.tuples(KEYS, CHARACTERS, GUIDS).map(
    lambda t: ({"id": t[0], "label": t[1], "term_guid": t[2]}, pair(t[0], f"{t[1]}|{t[2]}"))
)
CHOICES = st.lists(LABELS, max_size=3).map(
    lambda texts: (texts, f";#{';#'.join(map(doubled, texts))};#" if texts else "")
)


def _day(day: date) -> tuple[date, str]:
    midnight = datetime(day.year, day.month, day.day, tzinfo=NEW_YORK).astimezone(UTC)
    return day, f"{midnight:%Y-%m-%dT%H:%M:%SZ}"


def _several(one: st.SearchStrategy[tuple[object, str]]) -> st.SearchStrategy[tuple[object, str]]:
    return st.lists(one, max_size=3).map(lambda them: ([v for v, _ in them], ";#".join(t for _, t in them)))


WRITTEN: dict[Kind, st.SearchStrategy[tuple[object, str]]] = {
    "text": CHARACTERS.map(lambda text: (text, text)),
    "number": st.floats(-1e308, 1e308).map(lambda x: (float(f"{x:.15g}"), f"{x:.15g}")),
    "integer": st.integers(-(2**63), 2**63 - 1).flatmap(
        lambda n: st.sampled_from([(n, str(n)), (n, f"{n}.0000000000000")])
    ),
    "boolean": st.sampled_from([(True, "1"), (False, "0"), (True, "-1"), (True, "TRUE"), (False, "False")]),
    "datetime": st.datetimes(datetime(1753, 1, 1), datetime(9998, 12, 31)).map(
        lambda d: (d.replace(microsecond=0, tzinfo=UTC), f"{d.isoformat(timespec='seconds')}Z")
    ),
    "date": st.dates(date(1970, 1, 2), date(2200, 1, 1)).map(_day),
    "lookup": LOOKUPS,
    "lookups": _several(LOOKUPS),
    "user": USERS,
    "users": _several(USERS),
    "url": st.tuples(LABELS, CHARACTERS).map(
        lambda t: ({"url": t[0], "description": t[1] or None}, f"{t[0].replace(',', ',,')}, {t[1]}")
    ),
    "term": TERMS,
    "terms": _several(TERMS),
    "choices": CHOICES,
    "guid": GUIDS.map(lambda g: (g, f"{{{g.upper()}}}")),
    "mask": st.integers(0, 2**64 - 1).map(lambda n: (n, hex(n))),
    "attachments": st.lists(LABELS, max_size=3).map(
        lambda urls: (urls, f";#{';#'.join(map(doubled, urls))};#" if urls else "0")
    ),
}


@pytest.mark.parametrize("kind", sorted(ARROW_TYPES))
@given(st.data())
def test_what_sharepoint_writes_is_read_back_equal(kind: Kind, data: st.DataObject) -> None:
    """G1"""
    rows = data.draw(st.lists(st.none() | WRITTEN[kind], max_size=6))
    found = typed_as(kind, "", [row and row[1] for row in rows], zone=ZONE)
    assert not found.bad
    assert not found.aside
    assert found.values.to_pylist() == [row and row[0] for row in rows]


@pytest.mark.parametrize("kind", sorted(AT_ONCE))
@given(
    st.lists(
        st.none()
        | st.text(st.sampled_from("0123456789;#,-.:TZx{} ae+\n"), max_size=12)
        | st.sampled_from(["2014-09-02T04:00:00Z", "1;#a", "0001-01-01T00:00:00Z", "http://x, y", "1", "0x1f", "true"]),
        max_size=5,
    )
)
def test_what_is_cast_at_once_is_what_each_text_gives_by_itself(kind: Kind, texts: list[str | None]) -> None:
    found = typed_as(kind, "", texts, zone=ZONE)
    for row, text in enumerate(texts):
        try:
            expected = None if text is None else read_one(kind, text, ZONE)
            assert row not in {*found.bad, *found.aside}
        except Untold:
            expected = None
            assert row in found.aside
        except Misfit:
            expected = None
            assert row in found.bad
        assert found.values[row].as_py() == expected


@given(st.datetimes(datetime(1990, 1, 1), datetime(2037, 1, 1)))
def test_the_bias_alone_gives_the_day_of_the_named_zone_or_refuses(moment: datetime) -> None:
    sent = moment.replace(tzinfo=UTC, microsecond=0)
    local = sent.astimezone(NEW_YORK)
    # An hour or half an hour before midnight of winter is taken for a midnight of summer: dates are midnights.
    assume(local.dst() or (local.hour, local.minute % 30, local.second) != (23, 0, 0))
    assert ZONE.day(sent) in (None, local.date())
