"""What belongs to which aspect of an item."""

from __future__ import annotations

from airflow_provider_drivedelta.core.lake import aspects, record


def test_every_group_of_columns_has_a_hash_that_the_fold_compares() -> None:
    assert set(aspects.GROUPS) == set(record.GROUPS)


def test_a_column_belongs_to_one_group() -> None:
    columns = [column for group in aspects.GROUPS.values() for column in group]

    assert len(columns) == len(set(columns))
