"""A drive in memory: the operations that change it, each written to its change log."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from airflow_provider_drivedelta.emulator.content import BytesContent, Content
from airflow_provider_drivedelta.emulator.items import ADA, FileTimes, Item, Json, Person, Tags, changed
from airflow_provider_drivedelta.emulator.shelf import NameTaken, NoSuchItem, Shelf

__all__ = ["Drive", "NameTaken", "NoSuchItem"]


class Drive(Shelf):
    """Operations take ids and return the new version of the item; ``None`` as a parent means the root.

    Of what is created, ``seed`` decides the id, ``tags`` where its version numbers start, and ``unchecked`` leaves the
    uniqueness of names to the caller, who may be in the middle of swapping two.
    """

    def create_folder(
        self,
        name: str,
        parent: str | None = None,
        *,
        by: Person = ADA,
        times: FileTimes | None = None,
        seed: str = "",
        tags: Tags = Tags(),  # noqa: B008 - a frozen value
        unchecked: bool = False,
    ) -> Item:
        return self._add(name, parent, None, by, times, seed, tags, unchecked)

    def create_file(
        self,
        name: str,
        content: bytes | Content = b"",
        parent: str | None = None,
        *,
        by: Person = ADA,
        times: FileTimes | None = None,
        seed: str = "",
        tags: Tags = Tags(),  # noqa: B008 - a frozen value
        unchecked: bool = False,
    ) -> Item:
        return self._add(name, parent, _content(content), by, times, seed, tags, unchecked)

    def edit(self, item_id: str, content: bytes | Content, *, by: Person = ADA, at: datetime | None = None) -> Item:
        with self.batch():
            before, act, fresh = self.item(item_id), self._act(by), _content(content)
            if before.is_folder:
                raise ValueError("a folder has no content to edit")
            times = FileTimes(before.times.created, at or act.at)
            self._tree.grow(before.id, fresh.size - before.size)
            self._touch_above(before.id, sizes=True)
            after = changed(before, act, content=True)
            return self._record(replace(after, content=fresh, size=fresh.size, times=times))

    def rename(self, item_id: str, name: str, *, by: Person = ADA) -> Item:
        item = self.item(item_id)
        return self.move(item_id, item.parent_id, name, by=by)

    def move(
        self, item_id: str, parent: str | None, name: str | None = None, *, by: Person = ADA, unchecked: bool = False
    ) -> Item:
        with self.batch():
            before, folder = self.item(item_id), self._folder(parent)
            self._refuse_loop(before, folder)
            self._claim(folder.id, name or before.name, before.id, unchecked)
            self._detach(before)
            after = replace(changed(before, self._act(by)), parent_id=folder.id, name=name or before.name)
            self._attach(after)
            return self._record(after)

    def delete(self, item_id: str, *, by: Person = ADA) -> Item:
        with self.batch():
            top, act, deletion = self.item(item_id), self._act(by), self.head + 1
            if top.parent_id is None:
                raise ValueError("the root cannot be deleted")
            gone = [top, *(self.item(below) for below in self._tree.below(top.id))]
            self._detach(top)
            for item in gone:
                self._tree.forget(item.id)
                withheld = self.withhold_descendant_tombstones and item is not top
                self._record(replace(changed(item, act), deleted_by=deletion, withheld=withheld))
            return replace(top, deleted_by=deletion)

    def restore(self, item_id: str, *, by: Person = ADA) -> Item:
        """Takes it out of the recycle bin, with all that was deleted with it."""
        with self.batch():
            top, act = self._tombstone(item_id), self._act(by)
            self._claim(self._folder(top.parent_id).id, top.name, top.id, False)
            together = [item for item in self.log.changes(0, self.head) if item.deleted_by == top.deleted_by]
            for item in together:
                withheld = self.withhold_descendant_tombstones and item is not top
                back = replace(changed(item, act), deleted_by=None, withheld=withheld, size=0, child_count=0)
                back = replace(back, size=back.content.size if back.content else 0)
                self._attach(back)
                self._record(back)
            return self.item(top.id)

    def recreate(self, item_id: str, content: bytes | Content | None = None, *, by: Person = ADA) -> Item:
        """Deletes it and makes another of the same name in its place, under a new id."""
        with self.batch():
            old = self.item(item_id)
            self.delete(old.id, by=by)
            if old.is_folder:
                return self.create_folder(old.name, old.parent_id, by=by)
            return self.create_file(old.name, content or old.content or b"", old.parent_id, by=by)

    def set_facets(self, item_id: str, facets: Mapping[str, Json], *, by: Person = ADA) -> Item:
        """Adds properties that the model knows nothing of, sent as they are; null takes one away again."""
        with self.batch():
            before = self.item(item_id)
            merged = {key: value for key, value in {**before.facets, **facets}.items() if value is not None}
            self._touch_above(before.id, sizes=False)
            return self._record(replace(changed(before, self._act(by)), facets=merged))

    def share(self, item_id: str, *, by: Person = ADA) -> Item:
        """Gives somebody access: the permissions change, the content does not."""
        with self.batch():
            before = self.item(item_id)
            self._touch_above(before.id, sizes=False)
            facets: dict[str, Json] = {**before.facets, "shared": {"scope": "users"}}
            after = replace(changed(before, self._act(by)), facets=facets, shared_sequence=self.head + 1)
            return self._record(after)


def _content(content: bytes | Content) -> Content:
    return BytesContent(content) if isinstance(content, bytes) else content
