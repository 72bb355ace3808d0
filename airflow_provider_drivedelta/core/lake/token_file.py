"""The token beside the data, for those who do not want it in an Airflow Variable."""

from __future__ import annotations

from airflow_provider_drivedelta.core.lake.layout import TOKEN_FILE
from airflow_provider_drivedelta.core.lake.storage import Storage
from airflow_provider_drivedelta.core.tokens import SavedToken, parse_record


class TokenFile:
    """A `TokenStore` of one feed: a JSON file in the feed's own folder, replaced whole at each save."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def load(self, feed: str) -> SavedToken | None:
        content = self._storage.read(TOKEN_FILE)
        if content is None:
            return None
        record = parse_record(content.decode("utf-8", "replace"), None, self._storage.full_path(TOKEN_FILE))
        # A copied or moved folder is another feed: it goes on from its log.
        return record if record.feed == feed else None

    def save(self, record: SavedToken) -> None:
        self._storage.replace(TOKEN_FILE, record.to_json().encode("utf-8", "surrogatepass"))
