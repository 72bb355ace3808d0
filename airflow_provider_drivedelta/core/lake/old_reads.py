"""What is kept of long reads that nobody finished is litter after some days."""

from __future__ import annotations

import logging

from airflow_provider_drivedelta.core.lake.layout import READS
from airflow_provider_drivedelta.core.lake.storage import Storage

log = logging.getLogger(__name__)

LITTER_AGE = 3 * 86_400.0  # seconds


def remove_old_reads(storage: Storage) -> None:
    """Folders of reads that nobody went on with for days: by now their feed has gone another way."""
    for name in storage.names(READS):
        folder = f"{READS}/{name}"
        if storage.seconds_untouched(folder) > LITTER_AGE:
            log.info("Removing a read that nobody finished: %s", storage.full_path(folder))
            storage.delete_folder(folder)
