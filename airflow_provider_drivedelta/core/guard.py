"""A full read that would delete very much is not published before a person has said so.

It may be right (somebody emptied the drive) or very wrong (a permission was taken away, and the
service shows us next to nothing). So the read is kept, the run fails and says what would go, and a
later run that names this very read publishes it without asking the service again.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from datetime import datetime

from airflow_provider_drivedelta.core.changes import Json, Kind, Token
from airflow_provider_drivedelta.core.errors import FixSetup, Flavour
from airflow_provider_drivedelta.core.lake.attempt import Attempt
from airflow_provider_drivedelta.core.lake.fold import Fold
from airflow_provider_drivedelta.core.lake.layout import HELD
from airflow_provider_drivedelta.core.lake.staging import Records
from airflow_provider_drivedelta.core.lake.storage import Storage
from airflow_provider_drivedelta.core.reading import Read

MOST_DELETES = 50_000
FEW_DELETES = 100
MOST_OF_ITEMS = 0.1
_SHOWN = 5  # folders in the message


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRead:
    """A read that waits for its confirmation; `based_on` is the last increment when it began."""

    id: str
    based_on: int
    message: str
    items: int
    token: Token
    kind: Kind
    pages: int
    began: str | None
    flavour: Flavour | None
    quarantined: dict[str, str]
    fields: Json = None

    def refusal(self) -> FixSetup:
        then = (
            f"If that is right, run once with confirm_deletes={self.id!r} (in the run's conf, or --confirm-deletes): "
            "what was read is kept and used then. If it is not, mend the permission and run with full_reload."
        )
        return FixSetup(self.message, then=then)

    def read(self, storage: Storage, attempt: Attempt, records: Records, scope: str | None) -> Read:
        """The kept read, as if this attempt had just made it. What is kept stays until it is published."""
        path = f"{attempt.folder}/confirmed.arrow"
        with open(storage.fetch(_rows(self.id)), "rb") as kept, attempt.workplace.open_new(path) as copy:
            shutil.copyfileobj(kept, copy)
        stage = records.kept(attempt.workplace, path, fields=self.fields, items=self.items)
        stage.quarantine.waiting = dict(self.quarantined)
        return Read(
            stage=stage,
            token=self.token,
            kind=self.kind,
            full=True,
            pages=self.pages,
            began=datetime.fromisoformat(self.began) if self.began else None,
            flavour=self.flavour,
            scope=scope,
            based_on=self.based_on,
        )


def too_many(fold: Fold) -> str | None:
    """What to tell a person, if the fold of a full read deletes more than may go unasked."""
    deleted = fold.counts.deleted
    known = fold.number_of("known WHERE deleted_at IS NULL")
    if deleted <= MOST_DELETES and (deleted <= FEW_DELETES or deleted <= MOST_OF_ITEMS * known):
        return None
    folders = "; ".join(f"{path or '/'}: {count}" for path, count in fold.most_deletes(_SHOWN))
    return f"A full read would delete {deleted} of {known} items, most of them in {folders}"


def hold(storage: Storage, read: Read, *, attempt: str, based_on: int, message: str) -> HeldRead:
    """Keep the read in place of any kept before."""
    storage.delete_folder(HELD)
    held = HeldRead(
        id=attempt[:8],
        based_on=based_on,
        message=message,
        items=read.stage.items,
        token=read.token,
        kind=read.kind,
        pages=read.pages,
        began=read.began.isoformat() if read.began else None,
        flavour=read.flavour,
        quarantined=read.stage.quarantine.open,
        fields=read.stage.fields,
    )
    storage.put(read.stage.storage.fetch(read.stage.path), _rows(held.id))
    storage.replace(f"{HELD}/{held.id}.json", json.dumps(asdict(held)).encode())
    return held


def held_read(storage: Storage) -> HeldRead | None:
    """The read that waits for a confirmation, if there is one."""
    for name in storage.names(HELD):
        content = storage.read(f"{HELD}/{name}") if name.endswith(".json") else None
        if content:
            return HeldRead(**json.loads(content))
    return None


def confirmed(storage: Storage, confirmation: str) -> HeldRead | None:
    """The read that is confirmed; None where none waits, as on a retry, or in the other feeds of a mapped task.

    :raises FixSetup: another read waits than the one that was confirmed.
    """
    held = held_read(storage)
    if confirmation and held and held.id != confirmation:
        what = f"There is no read {confirmation!r} to confirm: the one that waits is {held.id!r}"
        raise FixSetup(what, then="Take the id from the message of the run that failed last.")
    return held if confirmation else None


def release(storage: Storage) -> None:
    """Forget the kept read: it was published, or another took its place."""
    storage.delete_folder(HELD)


def _rows(held_id: str) -> str:
    return f"{HELD}/{held_id}.arrow"
