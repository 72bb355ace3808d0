"""What a run tells its caller: counts and places, never rows, never tokens."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

from airflow_provider_drivedelta.core.changes import Kind

Outcome = Literal[Kind, "quiet", "replay"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The outcome of one run of one feed.

    `increment` is the number this run published, None when it was quiet. `from_increment` and
    `to_increment` span everything the run answers for, with increments it adopted from a run that
    died before it could announce them. `path` is the feed's folder. Of kind `replay` it speaks of
    increments that were told of before, and its counts are theirs together.
    """

    feed: str
    source: str
    protocol: str
    kind: Outcome
    path: str
    increment: int | None = None
    from_increment: int | None = None
    to_increment: int | None = None
    rows: int = 0
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    missing: int = 0
    cascaded: int = 0
    suppressed: int = 0
    adopted: int = 0
    stranded: int = 0
    quarantined: int = 0
    schema_changed: bool = False
    pages: int = 0
    requests: int = 0
    throttled_seconds: float = 0.0

    def to_dict(self) -> dict[str, str | int | float | bool | None]:
        return asdict(self)

    def __str__(self) -> str:
        if self.kind == "replay":
            return f"increments {self.from_increment} to {self.to_increment} once more ({self.rows} rows)"
        asked = f"{self.pages} pages, {self.requests} requests"
        if self.throttled_seconds:
            asked += f", throttled for {self.throttled_seconds:.0f} s"
        if self.increment is None:
            return f"{'nothing new' if self.kind == 'quiet' else f'{self.kind}, nothing written'} ({asked})"
        counts = f"{self.inserted} inserted, {self.updated} updated, {self.deleted} deleted"
        odd = {"missing": self.missing, "stranded": self.stranded, "quarantined": self.quarantined}
        counts += "".join(f", {count} {what}" for what, count in odd.items() if count)
        return f"increment {self.increment} ({self.kind}): {counts} ({asked})"

    @property
    def has_news(self) -> bool:
        """Whether readers of the data have something new to read."""
        adopted = self.kind != "replay" and self.from_increment != self.increment
        return self.to_increment is not None and (self.rows > 0 or adopted)
