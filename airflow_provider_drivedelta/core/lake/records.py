"""The columns of a feed, as its commits tell of them."""

from __future__ import annotations

from airflow_provider_drivedelta.core.lake.commits import Commit
from airflow_provider_drivedelta.core.lake.drive_schema import DRIVE
from airflow_provider_drivedelta.core.lake.list_record import list_record
from airflow_provider_drivedelta.core.lake.record import RecordType
from airflow_provider_drivedelta.core.lists.columns import field_map


def record_of(commit: Commit) -> RecordType:
    """The columns after this commit; earlier ones had no others.

    :raises BrokenFeed: a list's columns cannot be read.
    """
    return DRIVE if commit.list_fields is None else list_record(field_map(commit.list_fields))
