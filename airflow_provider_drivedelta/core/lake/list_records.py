"""What the items of one SharePoint list are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from airflow_provider_drivedelta.core.changes import Json
from airflow_provider_drivedelta.core.lake.list_record import list_record
from airflow_provider_drivedelta.core.lake.list_stage import ListStage, beside_columns
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage
from airflow_provider_drivedelta.core.lake.spill import up_to_date
from airflow_provider_drivedelta.core.lists.columns import FieldMap, Naming, field_map
from airflow_provider_drivedelta.core.lists.joined import joined
from airflow_provider_drivedelta.core.lists.zone import SiteZone


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRecords:
    """The items of one list.

    :param zone: of the site, where the user knows it better than the service says.
    :param wanted: internal names of the fields to keep; None for all that a person would see.
    """

    site_id: str
    list_id: str
    naming: Naming = "internal"
    zone: SiteZone | None = None
    wanted: frozenset[str] | None = None
    attachment_urls: bool = True

    def key(self, item_id: str) -> str:
        return item_id

    def known(self, fields: Json) -> FieldMap:
        """The columns so far: those of the last commit, or none yet."""
        if fields is not None:
            return field_map(fields)
        return FieldMap(naming=self.naming, attachment_urls=self.attachment_urls, zone=self.zone)

    def stage(self, storage: LocalStorage, path: str, *, fields: Json = None, is_increment: bool = False) -> ListStage:
        root_folder = beside_columns(fields, "root_folder")
        return ListStage(storage, path, self, self.known(fields), root_folder=root_folder, is_increment=is_increment)

    def kept(self, storage: LocalStorage, path: str, *, fields: Json, items: int) -> ListStage:
        stage = self.stage(storage, path, fields=fields)
        stage.items = items
        return stage

    def stand_in(self, keys: pa.RecordBatch) -> pa.RecordBatch:
        named: dict[str, pa.Array[Any]] = {
            "_item_key": keys["item_key"],
            "_parent_key": keys["parent_key"],
            "_is_container": keys["is_container"],
            "_name": keys["name"],
            "site_id": pa.repeat(self.site_id, keys.num_rows),
            "list_id": pa.repeat(self.list_id, keys.num_rows),
            "id": keys["item_key"].cast(pa.int64()),
            "file_path": joined(keys["parent_key"], "/", keys["name"]),
            "is_folder": keys["is_container"],
        }
        batch = pa.RecordBatch.from_pydict(named)
        return up_to_date(batch, list_record(FieldMap()).staged)
