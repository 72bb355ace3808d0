"""A token store that fails at the worst moment."""

from __future__ import annotations

from typing import Literal

from airflow_provider_drivedelta.core.errors import RetryLater
from airflow_provider_drivedelta.core.tokens import MemoryTokenStore, SavedToken


class Forgetful(MemoryTokenStore):
    """Fails while told so, as a metadata database does that is away: before it has saved, or just after."""

    fails: Literal["", "before", "after"] = ""

    def save(self, record: SavedToken) -> None:
        if self.fails != "before":
            super().save(record)
        if self.fails:
            raise RetryLater("The token could not be saved")
