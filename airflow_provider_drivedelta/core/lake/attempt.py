"""One try at an increment: a random id, a folder of its own, and either a commit or no trace."""

from __future__ import annotations

import logging
import secrets
import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from airflow_provider_drivedelta.core.changes import Json
from airflow_provider_drivedelta.core.errors import DriveDeltaError, LostRace, RetryLater
from airflow_provider_drivedelta.core.lake import log as commits
from airflow_provider_drivedelta.core.lake.commits import Commit
from airflow_provider_drivedelta.core.lake.compaction import remove_old_state
from airflow_provider_drivedelta.core.lake.layout import STAGING, staging_folder
from airflow_provider_drivedelta.core.lake.local_storage import LocalStorage
from airflow_provider_drivedelta.core.lake.staging import Records, Stage
from airflow_provider_drivedelta.core.lake.storage import Storage

log = logging.getLogger(__name__)

_LITTER_AGE = 86_400.0  # seconds; no living attempt leaves its folder untouched for so long


class Attempt:
    """Leaving the block without a commit removes what this attempt wrote, and nothing else.

    Its files are made at its `workplace`, and put into the storage to be published. A dry run works
    in a temporary folder elsewhere.
    """

    workplace: LocalStorage

    def __init__(self, storage: Storage, *, dry_run: bool = False) -> None:
        self.id = secrets.token_hex(8)
        self.folder = staging_folder(self.id)
        self.storage = storage
        self._exit = ExitStack()
        self._dry_run, self._may_be_published, self._reads = dry_run, False, 0

    def __enter__(self) -> Attempt:
        if self._dry_run:
            elsewhere = self._exit.enter_context(tempfile.TemporaryDirectory(prefix="drivedelta-"))
            self.storage = self.workplace = LocalStorage(Path(elsewhere))
        else:
            _remove_litter(self.storage)
            self.workplace = self._exit.enter_context(self.storage.workplace())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._exit:
            if not self._may_be_published:
                self._remove()

    def _remove(self) -> None:
        try:
            self.storage.delete_folder(self.folder)
        except DriveDeltaError as error:
            # What goes on matters more, be it the error that ends this attempt; after a day it is anybody's litter.
            log.warning("Files of this attempt stay for now: %s", error)

    def new_stage(self, records: Records, *, fields: Json = None, is_increment: bool = False) -> Stage:
        """A fresh spill file; one read that starts over takes another."""
        self._reads += 1
        path = f"{self.folder}/read-{self._reads}.arrow"
        return records.stage(self.workplace, path, fields=fields, is_increment=is_increment)

    def scratch(self) -> Path:
        """Where the fold may put what does not fit into memory; nothing is there until it has to."""
        return self.workplace.fetch(f"{self.folder}/scratch")

    def clear(self, *, keep: str) -> None:
        """Remove what this attempt wrote for a commit that was not to be; `keep` is what was read."""
        for place in (self.workplace, self.storage):
            for name in place.names(self.folder):
                path = f"{self.folder}/{name}"
                if path != keep:
                    place.delete(path)

    def publish(self, commit: Commit) -> None:
        """Create the commit and bring its files to their final names.

        :raises LostRace: another attempt took the number.
        :raises RetryLater: somebody removed our staged files.
        """
        for file in (*commit.files, *commit.state_files):
            self.storage.put(self.workplace.fetch(file.staged), file.staged)
        self._check_staged(commit)
        # From here on our files may be the log's, whatever goes wrong: they are no longer ours to delete.
        self._may_be_published = True
        if not commits.add(self.storage, commit):
            self._may_be_published = False
            raise LostRace(f"Another run published increment {commit.increment} first", where=commit.feed)
        commits.roll_forward(self.storage, commit)
        remove_old_state(self.storage, commit)

    def _check_staged(self, commit: Commit) -> None:
        if not all(self.storage.exists(file.staged) for file in (*commit.files, *commit.state_files)):
            raise RetryLater("Files of this run were removed before they were published", where=commit.feed)


def _remove_litter(storage: Storage) -> None:
    """Folders of attempts that died long ago. The last commit's own are settled before any attempt begins."""
    for name in storage.names(STAGING):
        folder = f"{STAGING}/{name}"
        if storage.seconds_untouched(folder) > _LITTER_AGE:
            log.info("Removing what an attempt left behind: %s", storage.full_path(folder))
            storage.delete_folder(folder)
