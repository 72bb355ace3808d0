"""The current shape of a drive: who is below whom, under which name, and how large each folder is."""

from collections.abc import Iterator


class Tree:
    """Ids only; the items themselves live in the change log."""

    def __init__(self, root: str, *, case_sensitive: bool) -> None:
        self._case_sensitive = case_sensitive
        self._parents: dict[str, str] = {}
        self._children: dict[str, dict[str, None]] = {root: {}}
        self._names: dict[tuple[str, str], str] = {}
        self.sizes: dict[str, int] = {root: 0}

    def attach(self, item: str, parent: str, name: str, *, folder: bool) -> None:
        self._parents[item] = parent
        self._children[parent][item] = None
        self._names[parent, self._key(name)] = item
        if folder:
            self._children.setdefault(item, {})
            self.sizes.setdefault(item, 0)

    def detach(self, item: str, name: str) -> None:
        parent = self._parents.pop(item)
        del self._children[parent][item]
        if self._names.get((parent, self._key(name))) == item:
            del self._names[parent, self._key(name)]

    def forget(self, folder: str) -> None:
        self._children.pop(folder, None)
        self.sizes.pop(folder, None)

    def named(self, parent: str, name: str) -> str | None:
        return self._names.get((parent, self._key(name)))

    def children(self, folder: str) -> list[str]:
        return list(self._children[folder])

    def count(self, folder: str) -> int:
        return len(self._children[folder])

    def ancestors(self, item: str) -> Iterator[str]:
        """From the parent up to the root."""
        while (parent := self._parents.get(item)) is not None:
            yield parent
            item = parent

    def below(self, folder: str) -> Iterator[str]:
        """Everything below it, parents before children."""
        for child in self._children.get(folder, {}):
            yield child
            yield from self.below(child)

    def grow(self, item: str, size: int) -> None:
        for folder in self.ancestors(item):
            self.sizes[folder] += size

    def _key(self, name: str) -> str:
        return name if self._case_sensitive else name.casefold()
