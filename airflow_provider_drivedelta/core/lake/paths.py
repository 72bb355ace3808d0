"""Paths: of containers from their ids, from the root down; and of rows, a piece at a time, as they are written."""

from __future__ import annotations

from airflow_provider_drivedelta.core.lake.database import Database


def find_paths(database: Database, paths: str, containers: str, root: str | None) -> None:
    """The table `paths` for the table `containers`, the root's own path being empty.

    Whoever is not reached (orphans, circles) has none. Every container has one parent, so it ends.
    """
    database.run(f"CREATE TABLE {paths} AS SELECT $root::VARCHAR AS item_key, '' AS path, 0 AS level", root=root)
    below = f"""
        INSERT INTO {paths}
        SELECT c.item_key, p.path || '/' || c.name, $level
        FROM {containers} c JOIN {paths} p ON c.parent_key = p.item_key
        WHERE p.level = $level - 1 AND c.item_key <> $root
    """
    database.level_by_level(below, root=root)


# A piece of `from_stage` or `from_state`, and a table of its own for it: only by its size the planner
# sees that it, and not all the paths, has to be held for the join.
PIECE = "CREATE TABLE piece AS SELECT *, rowid AS nth FROM {told} WHERE rowid >= $start AND rowid < $end"


def placed(tree: str, *, with_images: bool = False) -> str:
    """The piece's rows with the paths they have and had."""
    images = "LEFT JOIN before_images i ON i.before_of = t.position" if with_images else ""
    by_ids = tree == "ids"
    paths = """
        LEFT JOIN paths_before b ON b.item_key = t.old_parent
        LEFT JOIN paths_after a ON a.item_key = t.new_parent
    """
    before, after = ("b.path", "a.path") if by_ids else ("t.old_parent", "t.new_parent")
    return f"""
        SELECT t.*, {before} || '/' || t.old_name AS old_path,
            if(t.op = 'delete', {before} || '/' || t.old_name, {after} || '/' || t.new_name) AS path,
            {"i.*" if images else ""}
        FROM piece t {paths if by_ids else ""} {images}
    """
