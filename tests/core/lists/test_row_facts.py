"""What protocols see of rows without reading them."""

from __future__ import annotations

from airflow_provider_drivedelta.core.lists.answer import read_answer
from airflow_provider_drivedelta.core.lists.raw_rows import RawRows
from airflow_provider_drivedelta.core.lists.row_facts import folders_in, ids_of, only
from tests.core.lists.answers import answer, row

ROWS = read_answer(
    answer(
        row(ID="1", FSObjType="1;#1", FileRef="1;#sites/x/Lists/T/F;#1"),
        row(ID="2", FSObjType="74;#0", FileRef="2;#sites/x/Lists/T/F/2_.000"),
        row(ID="3", FSObjType="1"),
        row(ID="four", FSObjType="4;#1", FileRef="4;#x"),
        row(Title="no id"),
    ),
    where="",
).rows


def test_rows_tell_their_numbers() -> None:
    assert ids_of(ROWS) == [1, 2, 3, None, None]


def test_folders_tell_their_paths_and_one_without_a_path_is_a_folder_all_the_same() -> None:
    assert folders_in(ROWS) == {1: "/sites/x/Lists/T/F;#1", 3: ""}


def test_rows_are_picked_by_their_numbers() -> None:
    picked = only(ROWS, frozenset({2, 9}))
    assert (len(picked), picked.columns["FSObjType"].to_pylist()) == (1, ["74;#0"])
    assert only(RawRows(), frozenset({2})).count == 0
