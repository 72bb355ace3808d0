"""What the histories of a test session met: a model that meets little proves little."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from tests.model.reader import Row
from tests.model.shadow import Tree, above

MET: Counter[str] = Counter()

CAUSES = (
    *("insert reported", "insert restored", "insert entered_scope"),
    *("update reported", "update cascade", "update restored", "update absent_unsure"),
    *("delete reported", "delete parent_deleted", "delete absent", "delete left_scope"),
)
ASPECTS = ("name", "parent", "path", "content", "metadata", "sharing", "missing")
RUNS = (
    *("initial", "incremental", "quiet", "resync apply", "resync upload", "reload", "reconcile"),
    *("drift", "made good by a full read", "interrupted"),
)


def met(*what: str) -> None:
    MET.update(what)


def met_rows(rows: Iterable[Row]) -> None:
    for row in rows:
        met(f"{row['_op']} {row['_cause']}", *(row["_aspects"] or ()))


def met_tree(tree: Tree) -> None:
    met("trees")
    MET["items in trees"] += len(tree)
    MET["trees of a dozen items or more"] += len(tree) >= 12
    MET["trees four deep or more"] += any(len(above(item_id, tree)) >= 3 for item_id in tree)


def never_met() -> Collection[str]:
    return [what for what in (*CAUSES, *ASPECTS, *RUNS) if not MET[what]]


def told() -> str:
    """All that was met, on one line."""
    return ", ".join(f"{count} {what}" for what, count in sorted(MET.items()))
