"""What a drive looked like at one moment, and what a reader has to be told between two such moments."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from airflow_provider_drivedelta.emulator import Drive
from airflow_provider_drivedelta.emulator.delta import Places
from airflow_provider_drivedelta.emulator.graph.resources import Resources

# Of an item's JSON: what makes no aspect of its own, and what an unknown property is.
_PLACE = {"id", "name", "parentReference", "webUrl", "@odata.type"}
_TRACE = {"eTag", "lastModifiedDateTime", "lastModifiedBy", "fileSystemInfo"}
_CONTENT = {"cTag", "size"}
_UNTYPED = {"isAuthoritative", "bogus"}


@dataclass(frozen=True)
class Known:
    """An item as the service describes it, its JSON sorted by what a change of it would be called."""

    id: str
    parent: str | None
    name: str
    path: str | None
    is_folder: bool
    headline: Mapping[str, object] = field(default_factory=dict)
    content: object = None
    metadata: object = None
    sharing: object = None
    trace: object = None
    missing: bool = False


Tree = Mapping[str, Known]


def look(drive: Drive) -> dict[str, Known]:
    """The drive now, without its root."""
    with drive.lock:
        places, resources = Places(drive, drive.head), Resources(drive)
        found = [(item, places.of(item)) for item in drive.walk()]
        return {
            item.id: _known(resources.item(placed), "/" + "/".join((*placed.folders, item.name)))
            for item, placed in found
        }


def _known(body: dict[str, object], path: str) -> Known:
    is_folder = "folder" in body
    file = body.get("file") or {}
    rest = {k: v for k, v in body.items() if k not in _PLACE | _TRACE | _CONTENT | _UNTYPED | {"shared", "folder"}}
    rest["file"] = file.get("mimeType")
    hashes = file.get("hashes", {})
    tags = {} if is_folder else {"size": body["size"], "etag": body["eTag"], "ctag": body.get("cTag")}
    return Known(
        id=body["id"],
        parent=body["parentReference"]["id"],
        name=body["name"],
        path=path,
        is_folder=is_folder,
        headline=tags | {"quick_xor_hash": hashes.get("quickXorHash"), "sha1_hash": hashes.get("sha1Hash")},
        content=None if is_folder else [body.get(name) for name in sorted(_CONTENT)] + [hashes],
        metadata=rest,
        sharing=body.get("shared"),
        trace=None if is_folder else [body.get(name) for name in sorted(_TRACE)],
    )


@dataclass(frozen=True)
class Told:
    """What one change record has to say; `aspects` None for inserts and deletes."""

    op: str
    cause: str
    aspects: frozenset[str] | None = None


@dataclass(frozen=True)
class Reported:
    """What the service says in a run: ids alive and deleted, and of which it says that permissions changed."""

    alive: Collection[str]
    deleted: Collection[str]
    shared: Collection[str] = ()


def expect(
    before: Tree, now: Tree, reported: Reported, *, full: bool, keeps_absent: bool
) -> tuple[dict[str, Told], dict[str, Known]]:
    """The records a reader must get, by id, and the tree that they leave behind: what is there and what is missed."""
    after = dict(now) | _still_missing(before, now, reported, full=full, keeps_absent=keeps_absent)
    told: dict[str, Told] = {}
    for item_id in {**before, **after}:
        old, new = before.get(item_id), after.get(item_id)
        if old is None:
            assert new is not None
            told[item_id] = Told("insert", "reported" if full or item_id in reported.alive else "restored")
        elif new is None:
            told[item_id] = Told("delete", _why_gone(item_id, reported, full=full))
        elif aspects := _aspects(old, new, item_id in reported.shared):
            told[item_id] = Told("update", _why_changed(old, new, aspects, reported, full=full), aspects)
    return told, after


def told_below(folder: str, told: Mapping[str, Told], before: Tree, after: Tree) -> dict[str, Told]:
    """What readers of one folder get of all that."""
    seen: dict[str, Told] = {}
    for item_id in {**before, **after}:
        was_in, is_in = folder in above(item_id, before), folder in above(item_id, after)
        whole = told.get(item_id)
        if (was_in and is_in) or (was_in and item_id not in after) or (is_in and item_id not in before):
            seen |= {item_id: whole} if whole else {}
        elif was_in or is_in:
            seen[item_id] = Told("insert", "entered_scope") if is_in else Told("delete", "left_scope")
    return seen


def below(folder: str, tree: Tree) -> Tree:
    return {item_id: known for item_id, known in tree.items() if folder in above(item_id, tree)}


def above(item_id: str, tree: Tree) -> list[str]:
    """Ids from the item's parent up; none where it is not in the tree."""
    found: list[str] = []
    item = tree.get(item_id)
    while item is not None and item.parent in tree:
        item = tree[item.parent]
        found.append(item.id)
    return found


def _still_missing(before: Tree, now: Tree, reported: Reported, *, full: bool, keeps_absent: bool) -> dict[str, Known]:
    """Items that the service does not return and that are kept all the same, where they are now."""
    if full:
        gone = [known for item_id, known in before.items() if item_id not in now] if keeps_absent else []
    else:
        gone = [k for k in before.values() if k.missing and k.id not in now and k.id not in reported.deleted]
    kept = {known.id: known for known in gone}
    roots = {known.parent for known in now.values()}
    while not full and (lost := [k for k in kept.values() if not {k.parent} & (now.keys() | kept.keys() | roots)]):
        if not (lost := [k for k in lost if k.path is None or k.path.count("/") > 1]):
            break  # what lies directly below the root stays, even if nothing else does
        for known in lost:
            del kept[known.id]
    return {item_id: replace(k, missing=True, path=_path(k, now, kept)) for item_id, k in kept.items()}


def _path(item: Known, now: Tree, kept: Mapping[str, Known]) -> str:
    names: list[str] = []
    above: Known | None = item
    while above is not None:
        names.append(above.name)
        above = now.get(above.parent or "") or kept.get(above.parent or "")
    return "/" + "/".join(reversed(names))


def _aspects(old: Known, new: Known, shared: bool) -> frozenset[str]:
    names = {
        "name": old.name != new.name,
        "parent": old.parent != new.parent,
        "path": old.path != new.path,
        "content": old.content != new.content,
        "metadata": old.metadata != new.metadata,
        "sharing": old.sharing != new.sharing or shared,
        "missing": old.missing != new.missing,
    }
    found = frozenset(name for name, differs in names.items() if differs)
    return found or (frozenset({"metadata"}) if old.trace != new.trace else frozenset())


def _why_gone(item_id: str, reported: Reported, *, full: bool) -> str:
    if full:
        return "absent"
    return "reported" if item_id in reported.deleted else "parent_deleted"


def _why_changed(old: Known, new: Known, aspects: frozenset[str], reported: Reported, *, full: bool) -> str:
    if aspects == {"path"}:
        return "cascade"
    if new.missing and not old.missing:
        return "absent_unsure"
    return "reported" if full or new.id in reported.alive else "restored"
