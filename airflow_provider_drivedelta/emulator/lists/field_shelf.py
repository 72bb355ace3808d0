"""The fields and views of a list, and the operations that change them."""

import threading
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import replace

from airflow_provider_drivedelta.emulator.identity import guid
from airflow_provider_drivedelta.emulator.lists.builtin_fields import BUILT_IN
from airflow_provider_drivedelta.emulator.lists.events import Change
from airflow_provider_drivedelta.emulator.lists.fields import Field
from airflow_provider_drivedelta.emulator.lists.names import internal_name
from airflow_provider_drivedelta.emulator.lists.values import Value
from airflow_provider_drivedelta.emulator.lists.views import View


class NoSuchField(LookupError):
    """No field of that name."""


class FieldShelf(ABC):
    """A change of the schema after the list was made counts as one in the change log."""

    def __init__(self, seed: str, fields: Iterable[Field]) -> None:
        self.id = guid("list", seed)
        self.lock = threading.RLock()
        self.schema_version = 1
        self._fields = {field.name: field for field in BUILT_IN}
        for field in fields:
            self._place(field)
        self.views = [
            View(id=guid("view", self.id), title="All Items", fields=("Attachments", "LinkTitle", *self._own_names()))
        ]

    @property
    def fields(self) -> tuple[Field, ...]:
        return tuple(self._fields.values())

    @property
    def default_view(self) -> View:
        return self.views[0]

    def field(self, name: str) -> Field:
        """By internal name, or by title."""
        if name in self._fields:
            return self._fields[name]
        for field in self._fields.values():
            if field.title == name and not field.built_in:
                return field
        raise NoSuchField(f"the list has no field {name!r}")

    def add_field(self, field: Field) -> Field:
        """At the end, and into the default view as well."""
        with self.lock:
            placed = self._place(field)
            self.views[0] = replace(self.views[0], fields=(*self.views[0].fields, placed.name))
            self._schema_changed()
            return placed

    def rename_field(self, name: str, title: str) -> Field:
        """Its internal name stays."""
        return self._replace_field(replace(self.field(name), title=title))

    def retype_field(self, name: str, kind: str, **settings: object) -> Field:
        """Values that the new type does not take are kept as text where it takes that, else lost."""
        with self.lock:
            field = self._replace_field(replace(self.field(name), kind=kind, **settings))  # type: ignore[arg-type]
            self._rewrite({field.name: field})
            return field

    def remove_field(self, name: str) -> None:
        with self.lock:
            field = self.field(name)
            if field.built_in or field.name == "Title":
                raise ValueError(f"{field.title} cannot be removed")
            del self._fields[field.name]
            self._rewrite({field.name: None})
            self._schema_changed()

    def _replace_field(self, field: Field) -> Field:
        with self.lock:
            self._fields[field.name] = field
            self._schema_changed()
            return field

    def _place(self, field: Field) -> Field:
        name = field.name or internal_name(field.title, self._fields)
        if name in self._fields:
            raise ValueError(f"the list has a field {name!r} already")
        placed = replace(field, name=name, id=field.id or str(uuid.uuid5(uuid.UUID(self.id), name)))
        self._fields[name] = placed
        return placed

    def _own_names(self) -> list[str]:
        return [field.name for field in self._fields.values() if not field.built_in and field.name != "Title"]

    def _schema_changed(self) -> None:
        self.schema_version += 1
        self._record(Change.SCHEMA)

    @abstractmethod
    def _rewrite(self, fields: Mapping[str, Field | None]) -> None:
        """Brings the values of all items in line with changed fields; None is a removed one."""

    @abstractmethod
    def _record(self, change: Change) -> None:
        """Takes a change into the change log."""


def in_line(value: Value, field: Field) -> Value:
    """The value as the field can hold it."""
    if field.accepts(value):
        return value
    text = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return text if field.accepts(text) else None
