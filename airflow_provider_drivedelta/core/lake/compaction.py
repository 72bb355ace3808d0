"""When the state is written anew as one base, and which of its files nobody needs after that."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from airflow_provider_drivedelta.core.lake import log as commits
from airflow_provider_drivedelta.core.lake.commits import Commit, Layer
from airflow_provider_drivedelta.core.lake.layout import STATE
from airflow_provider_drivedelta.core.lake.storage import Storage

log = logging.getLogger(__name__)

KEPT_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Compaction:
    """The limits a state may grow to before it gets a new base: layers in all, and rows above the base."""

    most_layers: int = 50
    most_rows: int = 100_000
    most_of_base: float = 0.2

    def is_due(self, layers: Sequence[Layer], new: int) -> bool:
        """Whether `new` more keys are too many for another layer on these."""
        if not layers:
            return False
        above = sum(layer.count for layer in layers[1:]) + new
        return len(layers) > self.most_layers or above > max(self.most_rows, self.most_of_base * layers[0].count)


def remove_old_state(storage: Storage, commit: Commit) -> None:
    """After `commit` brought a new base: remove state files that are old and belong to neither of the two last bases.

    A file that another attempt may still need is young.
    """
    if len(commit.state) != 1 or commit.state[0].increment != commit.increment:
        return
    needed = {path for layer in (*commit.state, *_state_before(storage, commit)) for path in (layer.keys, layer.rows)}
    for name in storage.names(STATE):
        path = f"{STATE}/{name}"
        if path not in needed and storage.seconds_untouched(path) > KEPT_FOR.total_seconds():
            log.debug("Removing a file of an older state: %s", storage.full_path(path))
            storage.delete(path)


def _state_before(storage: Storage, commit: Commit) -> tuple[Layer, ...]:
    earlier = [number for number in commits.numbers(storage) if number < commit.increment]
    return commits.read(storage, earlier[-1]).state if earlier else ()
