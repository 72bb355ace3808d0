"""Paths of containers, from their ids: from the root down, a level a step."""

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
