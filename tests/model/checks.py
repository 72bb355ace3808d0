"""What a run left behind, held against what it should have: its summary, its rows, and the tree they fold to."""

from __future__ import annotations

from collections.abc import Mapping

from airflow_provider_drivedelta.core.summary import Summary
from tests.model.reader import Reader, Row
from tests.model.shadow import Known, Told, Tree


def check_summary(summary: Summary, rows: list[Row], kind: str) -> None:
    ops = [row["_op"] for row in rows]
    assert (summary.kind, summary.rows) == (kind, len(rows))
    told = (summary.inserted, summary.updated, summary.deleted)
    assert told == tuple(map(ops.count, ("insert", "update", "delete")))
    assert summary.cascaded == sum(row["_cause"] == "cascade" for row in rows)
    assert summary.missing == sum(row["_cause"] == "absent_unsure" for row in rows)
    assert (summary.stranded, summary.quarantined, summary.adopted) == (0, 0, 0)


def check_rows(rows: list[Row], told: Mapping[str, Told], before: Tree, after: Tree) -> None:
    """One record for each change and no other, and in each what the item is now, or was last."""
    said = {
        row["id"]: Told(row["_op"], row["_cause"], None if row["_aspects"] is None else frozenset(row["_aspects"]))
        for row in rows
    }
    assert said == told, f"rows and what happened: {_differences(said, told)}"
    for row in rows:
        item = before[row["id"]] if row["_op"] == "delete" else after[row["id"]]
        assert _as_told(row) == Known(item.id, item.parent, item.name, item.path, item.is_folder, missing=True)
        assert {name: row[name] for name in item.headline} == item.headline
        assert (row["_missing_since"] is not None) == (item.missing and row["_op"] != "delete")


def check_repair(rows: list[Row], before: Mapping[str, Row], now: Tree) -> None:
    """What a reader had is made what there is, and nothing else is said to have come or gone."""
    ops = {op: {row["id"] for row in rows if row["_op"] == op} for op in ("insert", "update", "delete")}
    assert ops["insert"] == now.keys() - before.keys()
    assert ops["delete"] == before.keys() - now.keys()
    kept = before.keys() & now.keys()
    moved = {item_id for item_id in kept if before[item_id]["path"] != now[item_id].path}
    assert moved <= ops["update"] <= kept


def check_tree(reader: Reader, now: Tree) -> None:
    """Folding everything gives the drive, path by path."""
    truth = {k.id: (k.path, k.parent, k.name, k.is_folder, dict(k.headline)) for k in now.values()}
    folded = {
        item_id: (
            *(row[name] for name in ("path", "parent_id", "name", "is_folder")),
            {name: row[name] for name in now[item_id].headline} if item_id in now else {},
        )
        for item_id, row in reader.present.items()
    }
    assert folded == truth, f"the folded rows and the drive: {_differences(folded, truth)}"


def _as_told(row: Row) -> Known:
    return Known(row["id"], row["parent_id"], row["name"], row["path"], row["is_folder"], missing=True)


def _differences(found: Mapping[str, object], expected: Mapping[str, object]) -> list[tuple[object, object]]:
    pairs = {item_id: (found.get(item_id), expected.get(item_id)) for item_id in {**found, **expected}}
    return [(is_there, should_be) for is_there, should_be in pairs.values() if is_there != should_be]
