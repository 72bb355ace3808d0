"""The fold's questions where an item knows its folder by the folder's path: lists say no more of it.

The parent's key is that path. So a folder's rename has to be carried into the keys of all below it.
"""

from __future__ import annotations

# All that lies below a deleted folder.
DOOMED = """
    CREATE TABLE gone AS
    SELECT k.* FROM known k
    WHERE k.deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM decided d WHERE d.item_key = k.item_key)
        AND EXISTS (
            SELECT 1 FROM decided d
            WHERE d.is_deleted AND d.old_container
                AND starts_with(k.parent_key || '/', d.old_parent || '/' || d.old_name || '/')
        )
"""

# Folders with another path than before, …
RENAMED = """
    CREATE TABLE renamed AS
    SELECT old_parent || '/' || old_name AS before, parent_key || '/' || name AS after
    FROM decided
    WHERE was_alive AND NOT is_deleted AND old_container
        AND (old_parent || '/' || old_name) IS DISTINCT FROM (parent_key || '/' || name)
"""


def taken_along(parent: str) -> str:
    """… and where such a path is after that: the nearest renamed folder above takes it along."""
    return f"""(
        SELECT arg_max(after || substr({parent}, length(before) + 1), length(before))
        FROM renamed WHERE starts_with({parent} || '/', before || '/')
    )"""


KEPT_PARENTS = f"UPDATE decided SET kept_parent = coalesce({taken_along('old_parent')}, old_parent)"

CASCADED = f"""
    CREATE TABLE cascaded AS
    SELECT * FROM (
        SELECT k.*, {taken_along("k.parent_key")} AS new_parent FROM known k
        WHERE k.deleted_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM decided d WHERE d.item_key = k.item_key)
            AND NOT EXISTS (SELECT 1 FROM lost WHERE lost.item_key = k.item_key)
            AND NOT EXISTS (SELECT 1 FROM unsure WHERE unsure.item_key = k.item_key)
    ) WHERE new_parent IS NOT NULL
"""
