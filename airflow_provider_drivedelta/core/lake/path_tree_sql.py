"""The fold's questions where an item knows its folder by the folder's path: lists say no more of it.

The parent's key is that path. So a folder's rename has to be carried into the keys of all below it.
"""

from __future__ import annotations

# All that lies below a deleted folder, but for what a folder nearer to it took out of there before.
DOOMED = """
    CREATE TABLE gone AS
    WITH folders AS (
        SELECT old_parent || '/' || old_name || '/' AS before, is_deleted FROM decided WHERE was_alive AND old_container
    ),
    below AS (
        SELECT k.* FROM known k
        WHERE k.deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM decided d WHERE d.item_key = k.item_key)
            AND EXISTS (SELECT 1 FROM folders f WHERE f.is_deleted AND starts_with(k.parent_key || '/', f.before))
    )
    SELECT b.* FROM below b
    WHERE (
        SELECT arg_max(f.is_deleted, length(f.before)) FROM folders f WHERE starts_with(b.parent_key || '/', f.before)
    )
"""

# Folders with another path than before, and those reported below such a one, for they may stay behind, …
RENAMED = """
    CREATE TABLE renamed AS
    WITH folders AS (
        SELECT old_parent || '/' || old_name AS before, parent_key || '/' || name AS after
        FROM decided WHERE was_alive AND NOT is_deleted AND old_container
    ),
    moved AS (SELECT before FROM folders WHERE before IS DISTINCT FROM after)
    SELECT * FROM folders f
    WHERE EXISTS (SELECT 1 FROM moved m WHERE starts_with(f.before || '/', m.before || '/'))
"""


def taken_along(parent: str) -> str:
    """… and where such a path is after that: the nearest of them above takes it along."""
    return f"""(
        SELECT arg_max(after || substr({parent}, length(before) + 1), length(before))
        FROM renamed WHERE starts_with({parent} || '/', before || '/')
    )"""


# What is where it was, in a folder that a query leaves out, stayed in it: that went where it is called the same.
KEPT_PARENTS = f"""
    UPDATE decided SET kept_parent = coalesce({taken_along("old_parent")}, old_parent)
    WHERE parent_key IS DISTINCT FROM old_parent
        OR old_parent IN (SELECT parent_key || '/' || name FROM containers_before)
"""

CASCADED = f"""
    CREATE TABLE cascaded AS
    SELECT * FROM (
        SELECT k.*, {taken_along("k.parent_key")} AS new_parent FROM known k
        WHERE k.deleted_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM decided d WHERE d.item_key = k.item_key)
            AND NOT EXISTS (SELECT 1 FROM lost WHERE lost.item_key = k.item_key)
            AND NOT EXISTS (SELECT 1 FROM unsure WHERE unsure.item_key = k.item_key)
    ) WHERE new_parent <> parent_key
"""
