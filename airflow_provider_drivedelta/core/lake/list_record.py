"""What the rows of a SharePoint list look like: the headline columns, then one a field of the list."""

from __future__ import annotations

from functools import lru_cache

import pyarrow as pa

from airflow_provider_drivedelta.core.lake.record import RecordType
from airflow_provider_drivedelta.core.lists.columns import FieldMap
from airflow_provider_drivedelta.core.lists.headline import HEADLINE
from airflow_provider_drivedelta.core.lists.typed_rows import schema


@lru_cache(maxsize=64)
def list_record(fields: FieldMap) -> RecordType:
    """The columns of a list's feed. Items know their folder by its path: it is what a list tells of it."""
    return RecordType(
        item=schema(fields),
        headline=HEADLINE,
        own=(("_name", pa.string()),),
        named={"name": "_name", "created_at": "created_at"},
        tree="paths",
        path="file_path",
    )
