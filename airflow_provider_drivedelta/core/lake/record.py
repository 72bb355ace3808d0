"""What the rows of one kind of source look like: as they are staged, kept, and told to readers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import pyarrow as pa

UTC_TIME = pa.timestamp("us", tz="UTC")

GROUPS = ("content_hash", "sharing_hash", "metadata_hash", "trace_hash")
"""An item is told from what it was by a hash of each group of its columns."""

_STAGED: list[tuple[str, pa.DataType]] = [
    ("_position", pa.int64()),
    ("_item_key", pa.string()),
    ("_parent_key", pa.string()),
    ("_is_container", pa.bool_()),
    ("_is_deleted", pa.bool_()),
    ("_is_root", pa.bool_()),
    ("_is_restored", pa.bool_()),
    *((f"_{group}", pa.uint64()) for group in GROUPS),
    ("_captured_at", UTC_TIME),
]

# What the fold decides by besides; a source whose items have no such column has none of it.
_ASKED_FOR: Mapping[str, pa.DataType] = {"name": pa.string(), "created_at": UTC_TIME, "shared_changed": pa.bool_()}


@dataclass(frozen=True, kw_only=True, eq=False)  # no slots: schemas are made once and kept
class RecordType:
    """The columns of one source's items.

    `headline` are those of which a before-image is told. `named` says which staged columns hold what
    the fold decides by. `tree` says how items know what they lie in: by its id, or by its path, which
    then is their parent key. `path` is the column of the path that follows from it. No column's name
    begins with an underscore.
    """

    item: pa.Schema
    headline: pa.Schema
    own: tuple[tuple[str, pa.DataType], ...] = ()
    """Staged beside the item, for the fold alone."""
    named: Mapping[str, str] = field(default_factory=dict)
    tree: Literal["ids", "paths"] = "ids"
    path: str = "path"

    @cached_property
    def staged(self) -> pa.Schema:
        """A row as it is staged and as the state keeps it: what joins and decides, then the item."""
        return pa.schema([*(pa.field(*pair) for pair in (*_STAGED, *self.own)), *self.item])

    @cached_property
    def envelope(self) -> pa.Schema:
        """What happened to the item."""
        return pa.schema([*ENVELOPE, pa.field("_previous", pa.struct(list(self.headline)))])

    @cached_property
    def change(self) -> pa.Schema:
        """One row of a change file."""
        return pa.schema([*self.envelope, *self.item])

    @cached_property
    def current(self) -> pa.Schema:
        """One row of `read_current`; `_increment` is the one after which it was so: where `read_changes` goes on."""
        return pa.schema([*(ENVELOPE.field(name) for name in ("_feed", "_increment", "_missing_since")), *self.item])

    def deciding(self) -> Mapping[str, str | None]:
        """The columns that the fold asks for, and the staged ones that hold them."""
        plain: dict[str, str | None] = {name.removeprefix("_"): name for name, _ in _STAGED if name != "_captured_at"}
        return plain | {name: self.named.get(name) for name in _ASKED_FOR}


_ENVELOPE: list[pa.Field[Any]] = [
    pa.field("_op", pa.string()),
    pa.field("_aspects", pa.list_(pa.string())),
    pa.field("_cause", pa.string()),
    pa.field("_kind", pa.string()),
    pa.field("_feed", pa.string()),
    pa.field("_increment", pa.int64()),
    pa.field("_sequence", pa.int64()),
    pa.field("_captured_at", UTC_TIME),
    pa.field("_missing_since", UTC_TIME),
]
ENVELOPE = pa.schema(_ENVELOPE)
"""What is said of every row, but for the before-image, whose columns are the source's."""


def asked_for(name: str) -> pa.DataType:
    """The type of a column that the fold decides by."""
    return _ASKED_FOR.get(name) or dict(_STAGED)[f"_{name}"]
