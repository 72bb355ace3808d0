"""An item of a list in its present form; what it was is the change log's business."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from airflow_provider_drivedelta.emulator.items import Act
from airflow_provider_drivedelta.emulator.lists.values import Values

FIRST_VERSION = 512
"""How ``_UIVersion`` spells 1.0."""


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    guid: str
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ListItem:
    """``folder`` is the id of the folder that it is in; None: the list's own."""

    id: int
    unique_id: str
    guid: str
    name: str
    """The last part of its path: ``3_.000`` for an item, its title for a folder."""
    is_folder: bool
    folder: int | None
    values: Values
    created: Act
    modified: Act
    version: int = 1
    ui_version: int = FIRST_VERSION
    attachments: tuple[Attachment, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    """The property bag that MetaInfo shows."""

    @property
    def title(self) -> str:
        title = self.values.get("Title")
        return title if isinstance(title, str) else ""
