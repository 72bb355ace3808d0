"""Lists of sources, as people, templates and discovery write them."""

from __future__ import annotations

import json

import pytest

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.sources import Drive
from airflow_provider_drivedelta.operators import followed
from airflow_provider_drivedelta.operators.followed import Followed, label, read_sources, without_doubles

DRIVE, LIST = ("source",), ("site", "list")
ANN, BOB = Followed({"source": "drives/ann"}, "Ann / Documents"), Followed({"source": "me"})
SHARD = [{"source": "drives/ann", "name": "Ann / Documents"}, "me"]


@pytest.mark.parametrize(
    "given",
    [
        SHARD,
        tuple(SHARD),
        iter(SHARD),
        [SHARD[:1], SHARD[1:]],  # all shards of a discovery
        json.dumps(SHARD),  # "{{ ... | tojson }}"
        repr(SHARD),  # "{{ ... }}"
        [{"source": "drives/ann", "name": "Ann\n/ Documents", "id": "7"}, Drive("me")],
    ],
)
def test_each_form_names_the_same_sources(given: object) -> None:
    found = read_sources(given, DRIVE)
    assert [one.source for one in found] == ["drives/ann", "me"]
    assert [str(one) for one in found] == ["Ann / Documents", "me"]


def test_a_text_may_have_commas() -> None:
    assert read_sources("me, drives/ann", DRIVE) == [BOB, Followed({"source": "drives/ann"})]


@pytest.mark.parametrize("given", [[], "", "None", "[]"])
def test_none_are_none(given: object) -> None:
    assert read_sources(given, DRIVE) == []


def test_a_list_has_its_site() -> None:
    (found,) = read_sources([{"site": "https://c/sites/team", "list": "Tasks"}], LIST)
    assert found.words == {"site": "https://c/sites/team", "list": "Tasks"}
    assert str(found) == "https://c/sites/team, Tasks"


@pytest.mark.parametrize(
    ("given", "arguments", "says"),
    [
        (7, DRIVE, "sources is no list, but 7"),
        ({"source": "me"}, DRIVE, "sources is no list"),
        ("[1, 2", DRIVE, "sources is no list"),
        ("[" * 100_000, DRIVE, "sources is no list"),
        ([7], DRIVE, "sources is no list, but 7"),
        ([{"name": "Ann"}], DRIVE, "A source has no source"),
        ([{"site": "https://c"}], LIST, "A source has no list"),
        (["Tasks"], LIST, "'Tasks' is no source"),
    ],
)
def test_what_is_none_says_so_and_how_it_should_be(given: object, arguments: tuple[str, ...], says: str) -> None:
    with pytest.raises(FixSetup, match=says) as caught:
        read_sources(given, arguments)
    assert caught.value.then


def test_there_is_an_end_to_how_many_there_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followed, "MOST_SOURCES", 3)
    with pytest.raises(FixSetup, match="More than 3 sources are too many"):
        read_sources(iter(lambda: "me", None), DRIVE)


def test_doubles_are_told_apart_by_their_spelling() -> None:
    again = Followed({"source": "/drives/ann/root"})
    kept, doubles = without_doubles([ANN, BOB, again], lambda one: str(Drive.parse(one.words["source"])))
    assert (kept, doubles) == ([ANN, BOB], {2: ANN})


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (SHARD[:1], "Ann / Documents"),
        (SHARD, "Ann / Documents and 1 more"),
        ([{"source": "x" * 500}], "x" * 119 + "…"),
        ([], ""),
        (7, ""),
    ],
)
def test_a_mapped_task_is_called_by_what_it_follows(given: object, says: str) -> None:
    assert label(given, DRIVE) == says
