"""Pages of a list are staged in the order in which they came, small ones together, and what each said is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from airflow_provider_drivedelta.core.errors import BrokenFeed
from airflow_provider_drivedelta.core.lake import waiting_rows
from airflow_provider_drivedelta.core.lake.list_records import ListRecords
from airflow_provider_drivedelta.core.lake.list_stage import ListStage
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage
from airflow_provider_drivedelta.core.lake.staging import rows_of
from airflow_provider_drivedelta.core.lists.answer import read_answer
from airflow_provider_drivedelta.core.lists.fields import Field, ListSchema
from airflow_provider_drivedelta.core.lists.raw_rows import RawRows
from tests.core.lists.answers import answer, row
from tests.core.lists.described import a_field

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
AMOUNT = a_field("Amount", "Number")


def described(*fields: Field) -> ListSchema:
    return ListSchema(id="l", title="Tasks", root_folder="/x", web_id="w", fields=fields, zone=None)


def a_page(*numbers: int, **said: str) -> RawRows:
    return read_answer(answer(*(row(ID=str(number), **said) for number in numbers)), where="").rows


def a_stage(folder: Path, *, is_increment: bool = False) -> ListStage:
    stage = ListRecords(site_id="s", list_id="l").stage(LocalStorage(folder), "x.arrow", is_increment=is_increment)
    stage.learn(described(AMOUNT))
    return stage


def staged(stage: ListStage) -> list[dict[str, object]]:
    return [item for batch in rows_of(stage).batches() for item in batch.to_pylist()]


def test_rows_of_several_pages_keep_their_order_and_the_time_of_their_page(tmp_path: Path) -> None:
    with a_stage(tmp_path) as stage:
        for page in range(3):
            stage.add(a_page(page * 2, page * 2 + 1, Amount=str(page)), NOON + timedelta(minutes=page))
        assert stage.items == 6
    found = staged(stage)
    assert [item["id"] for item in found] == [item["_position"] for item in found] == [0, 1, 2, 3, 4, 5]
    assert [item["amount"] for item in found] == [0, 0, 1, 1, 2, 2]
    assert [item["_captured_at"] for item in found] == [NOON + timedelta(minutes=item // 2) for item in range(6)]


def test_a_bad_row_is_left_out_and_its_neighbours_keep_what_is_theirs(tmp_path: Path) -> None:
    """G4"""
    with a_stage(tmp_path) as stage:
        stage.add(a_page(1, Amount="1"), NOON)
        stage.add(a_page(2, Amount="much"), NOON + timedelta(minutes=1))
        stage.add(a_page(3, Amount="3"), NOON + timedelta(minutes=2))
    found = [(item["id"], item["_position"], item["_captured_at"]) for item in staged(stage)]
    assert found == [(1, 0, NOON), (3, 1, NOON + timedelta(minutes=2))]
    assert stage.items == 2
    assert list(stage.quarantine.by_key) == ["2"]


def test_what_is_told_gone_comes_behind_the_rows_before_it(tmp_path: Path) -> None:
    with a_stage(tmp_path) as stage:
        stage.add(a_page(1, 2), NOON)
        stage.add(a_page(3), NOON, gone=["1"])
    assert [(item["_item_key"], item["_is_deleted"]) for item in staged(stage)] == [
        ("1", False),
        ("2", False),
        ("1", True),
        ("3", False),
    ]


def test_many_rows_do_not_wait_for_more(tmp_path: Path) -> None:
    enough = waiting_rows.ENOUGH_ROWS
    with a_stage(tmp_path) as stage:
        stage.add(a_page(*range(enough)), NOON)
        kept = stage.settled()
        assert kept is not None
        assert kept.grown_to() > 0
        stage.add(a_page(enough), NOON)
        assert stage.items == enough + 1
    assert [item["id"] for item in staged(stage)] == list(range(enough + 1))


def test_rows_that_take_much_memory_do_not_wait_for_more() -> None:
    waiting = waiting_rows.WaitingRows()
    waiting.put(a_page(1, Note="x" * waiting_rows.ENOUGH_BYTES), NOON)
    assert waiting.enough


def test_a_checkpoint_has_all_rows_that_came_before_it(tmp_path: Path) -> None:
    with a_stage(tmp_path) as stage:
        stage.add(a_page(1), NOON)
        kept = stage.settled()
        assert kept is not None
        assert kept.waiting is not None
        assert kept.waiting["id"].to_pylist() == [1]


def test_what_is_kept_for_a_checkpoint_knows_of_rows_that_are_bad(tmp_path: Path) -> None:
    with a_stage(tmp_path) as stage:
        stage.add(a_page(1, Amount="much"), NOON)
        kept = stage.remember()
    again = a_stage(tmp_path / "again")
    again.recall(kept)
    assert list(again.quarantine.by_key) == ["1"]


def test_columns_cannot_change_once_a_row_came(tmp_path: Path) -> None:
    stage = a_stage(tmp_path)
    with stage:
        stage.add(a_page(1), NOON)
        with pytest.raises(BrokenFeed, match="changed its columns while it was read"):
            stage.learn(described(AMOUNT, a_field("New")))


def test_rows_of_an_increment_are_staged_as_they_come(tmp_path: Path) -> None:
    with a_stage(tmp_path, is_increment=True) as stage:
        stage.add(a_page(1, FSObjType="1;#1"), NOON)
        assert stage.containers == {"1": "1"}


def test_a_read_that_fails_at_its_end_leaves_its_file_closed(tmp_path: Path) -> None:
    stage = a_stage(tmp_path)
    for number in range(200):
        stage.add(a_page(number, Amount="much"), NOON)
    with pytest.raises(BrokenFeed), stage:
        pass
    spill = stage.settled()
    assert spill is not None
    with pytest.raises(ValueError, match="closed"):
        spill.grown_to()
