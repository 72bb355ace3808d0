"""The folder of one long read beside the output: its parts, its checkpoints, and who goes on from them.

    <sequence>-<attempt>.arrow              rows staged since the checkpoint before; stays as long as the read
    <sequence>-<attempt>-tail.arrow         the few rows that filled no batch yet
    <sequence>-<attempt>.json               the checkpoint, created last
    <sequence>-<attempt>.claim-<number>     who goes on from it; created only if absent, the last one counts

Two attempts that go on at once waste each other's time and no more: no file is ever changed, each
stages for itself, and the commit decides.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from airflow_provider_drivedelta.core.changes import JsonObject
from airflow_provider_drivedelta.core.errors import BrokenFeed, RetryLater
from airflow_provider_drivedelta.core.lake.attempt import Attempt
from airflow_provider_drivedelta.core.lake.checkpoint import (
    Checkpoint,
    Owner,
    Part,
    parse_checkpoint,
    parse_owner,
)
from airflow_provider_drivedelta.core.lake.checkpoint_parts import (
    MAGIC,
    copy_part,
    rows_of_parts,
    whole_parts,
    write_tail,
)
from airflow_provider_drivedelta.core.lake.layout import READS
from airflow_provider_drivedelta.core.lake.spill import Spill
from airflow_provider_drivedelta.core.lake.staging import Stage

log = logging.getLogger(__name__)

MOST_TRIES = 10  # in a row that came no further, workers killed among them


class CheckpointFolder:
    """One attempt's hand on it.

    :param key: of the read, see `core.long_read`: whoever has the same would read the same.
    :param run: the name of the run, which comes again with each retry; empty where it has none.
    :param lease: for how long the attempt is believed to be alive without a new checkpoint.
    """

    def __init__(
        self, attempt: Attempt, key: str, *, run: str, lease: timedelta, clock: Callable[[], datetime]
    ) -> None:
        self._attempt, self._storage, self._folder = attempt, attempt.storage, f"{READS}/{key}"
        self._run, self._lease, self._clock = run, lease, clock
        self._current: Checkpoint | None = None  # what this attempt goes on from, or wrote last
        self._owner, self._generation = self._myself(tries=0), 0
        self._parts: tuple[Part, ...] = ()
        self._files: list[Path] = []
        self._copied = MAGIC
        self._sequence = 0

    @property
    def tries(self) -> int:
        """How often in a row, this time included, it was gone on from here without coming further."""
        return self._owner.tries

    def claim(self, *, newest: timedelta | None = None) -> Checkpoint | None:
        """The checkpoint that came furthest and may be gone on from, now this attempt's; None where there is none.

        :param newest: what is older is not used.
        :raises RetryLater: another run is reading from there, as far as anybody knows.
        """
        busy: Owner | None = None
        for checkpoint in self._known():
            owner, generation = self._last_owner(checkpoint)
            if newest is not None and self._clock() - checkpoint.at > newest:
                continue
            if not owner.gives_way_to(self._run, self._clock()):
                busy = busy or owner
            elif owner.tries >= MOST_TRIES:
                self._give_up(checkpoint, f"{MOST_TRIES} tries came no further")
            elif self._is_whole(checkpoint):
                mine = self._myself(tries=owner.tries + 1)
                if self._create_claim(checkpoint, generation + 1, mine):
                    self._current, self._owner, self._generation = checkpoint, mine, generation + 1
                    return checkpoint
                busy = busy or mine  # somebody was quicker, at this moment
        if busy:
            raise self._busy(busy)
        return None

    def restore(self, stage: Stage) -> None:
        """Stage what the claimed checkpoint holds.

        :raises BrokenFeed: it is not what this version keeps.
        """
        assert self._current is not None  # it was claimed
        try:
            stage.recall(self._current.stage)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise BrokenFeed("What was kept of a read cannot be understood") from None
        for batch in rows_of_parts(self._files, stage.record.staged):
            stage.recall_rows(batch)
        spill = stage.settled()
        # What the parts hold is kept already. Their last rows may wait for a batch in this file, too.
        self._parts = tuple(part for part in self._current.parts if not part.name.endswith("-tail.arrow"))
        if spill and self._parts:
            self._copied = spill.grown_to()

    def write(self, stage: Stage, *, position: JsonObject, pages: int) -> None:
        """Keep what is staged by now, and forget what this attempt kept before."""
        self._sequence += 1
        former, owner = self._current, self._myself(tries=0)
        name = f"{self._sequence:08d}-{self._attempt.id}"
        spill = stage.settled()
        end = MAGIC if spill is None else spill.grown_to()
        parts = self._parts
        if spill and end > self._copied:
            parts = (*parts, self._put_part(name, spill, end))
        tail = self._put_tail(name, spill)
        checkpoint = Checkpoint(
            owner=owner,
            sequence=self._sequence,
            at=self._clock(),
            pages=pages,
            position=position,
            stage=stage.remember(),
            parts=(*parts, *tail),
        )
        self._storage.create(f"{self._folder}/{checkpoint.id}.json", checkpoint.to_json())
        self._current, self._owner, self._generation = checkpoint, owner, 0
        self._parts, self._copied = parts, max(end, MAGIC)
        if former:
            self._remove(former)

    def release(self, *, excused: bool) -> None:
        """Let anybody go on from here; `excused` tries were not cut short by anything that lies in the read."""
        if self._current is None:
            return
        tries = max(self._owner.tries - 1, 0) if excused else self._owner.tries
        free = replace(self._owner, tries=tries, free=True)
        self._create_claim(self._current, self._generation + 1, free)  # unless somebody has taken over

    def give_up(self, why: str) -> None:
        """Delete what this attempt went on from: nobody shall ever go on from it again."""
        if self._current is not None:
            self._give_up(self._current, why)
        self._current, self._owner = None, self._myself(tries=0)

    def delete(self) -> None:
        """The read is over; nobody needs any of it."""
        self._storage.delete_folder(self._folder)
        self._current = None

    def _known(self) -> list[Checkpoint]:
        """All that can be read, furthest first; what cannot be read is deleted."""
        found: list[Checkpoint] = []
        for name in self._storage.names(self._folder):
            content = self._storage.read(f"{self._folder}/{name}") if name.endswith(".json") else None
            if content is None:
                continue
            try:
                found.append(parse_checkpoint(content))
            except BrokenFeed as spoiled:
                log.warning("%s; the read starts again", spoiled.what)
                self._storage.delete(f"{self._folder}/{name}")
        return sorted(found, key=lambda checkpoint: (checkpoint.pages, checkpoint.at), reverse=True)

    def _is_whole(self, checkpoint: Checkpoint) -> bool:
        try:
            self._files = whole_parts(self._storage, self._folder, checkpoint.parts)
        except BrokenFeed as spoiled:
            self._give_up(checkpoint, spoiled.what)
            return False
        return True

    def _last_owner(self, checkpoint: Checkpoint) -> tuple[Owner, int]:
        """Who has it now, and with which claim; the first owner is who wrote it."""
        claims = _claims(self._storage.names(self._folder), checkpoint)
        if not claims:
            return checkpoint.owner, 0
        content = self._storage.read(f"{self._folder}/{_claim(checkpoint, claims[-1])}")
        try:
            return parse_owner(content or b""), claims[-1]
        except BrokenFeed:
            return checkpoint.owner, claims[-1]

    def _create_claim(self, checkpoint: Checkpoint, generation: int, owner: Owner) -> bool:
        return self._storage.create(f"{self._folder}/{_claim(checkpoint, generation)}", owner.to_json())

    def _myself(self, *, tries: int) -> Owner:
        return Owner(attempt=self._attempt.id, run=self._run, until=self._clock() + self._lease, tries=tries)

    def _busy(self, owner: Owner) -> RetryLater:
        left = max((owner.until - self._clock()).total_seconds(), 1.0)
        whose = f"Another run ({owner.run})" if owner.run else "Another run"
        return RetryLater(
            f"{whose} is in the middle of this long read, or was until lately",
            where=self._storage.full_path(),
            then="Nothing is lost: once it is done, the next try has less to do; if it died, the next try after "
            f"{owner.until:%H:%M:%S} UTC goes on from where it was.",
            after=left,
        )

    def _put_part(self, name: str, spill: Spill, end: int) -> Part:
        place, path = self._attempt.workplace, f"{self._attempt.folder}/{name}.arrow"
        return self._put(copy_part(spill, self._copied, end, place, path))

    def _put_tail(self, name: str, spill: Spill | None) -> tuple[Part, ...]:
        rows = spill.waiting if spill else None
        if rows is None:
            return ()
        path = f"{self._attempt.folder}/{name}-tail.arrow"
        return (self._put(write_tail(rows, self._attempt.workplace, path)),)

    def _put(self, part: Part) -> Part:
        made = self._attempt.workplace.fetch(f"{self._attempt.folder}/{part.name}")
        self._storage.put(made, f"{self._folder}/{part.name}")
        return part

    def _give_up(self, checkpoint: Checkpoint, why: str) -> None:
        log.warning("What was kept of a read up to page %d is of no use (%s)", checkpoint.pages, why)
        self._remove(checkpoint)
        if not any(name.endswith(".json") for name in self._storage.names(self._folder)):
            self._storage.delete_folder(self._folder)

    def _remove(self, checkpoint: Checkpoint) -> None:
        """The checkpoint first, so that nobody finds it without what belongs to it."""
        names = self._storage.names(self._folder)
        claims = [_claim(checkpoint, number) for number in _claims(names, checkpoint)]
        for name in (f"{checkpoint.id}.json", *claims, f"{checkpoint.id}-tail.arrow"):
            self._storage.delete(f"{self._folder}/{name}")


def _claim(checkpoint: Checkpoint, generation: int) -> str:
    return f"{checkpoint.id}.claim-{generation:04d}"


def _claims(names: list[str], checkpoint: Checkpoint) -> list[int]:
    """The numbers of a checkpoint's claims, ascending."""
    before = f"{checkpoint.id}.claim-"
    return sorted(
        int(end) for name in names if name.startswith(before) and (end := name.removeprefix(before)).isdigit()
    )
