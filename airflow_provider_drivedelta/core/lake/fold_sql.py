"""The fold's questions, as SQL over narrow tables. `fold` asks them in this order.

staged   every staged row, in arrival order (position)
known    every item of the state, tombstones included (deleted_at), one row an item
decided  the last staged occurrence of each id beside what was known of it; never the root
gone     known living items that this run does not find any more, without having been told of each:
         `lost` are the deleted ones among them, `unsure` those kept as missing
paths    of every container, before and after
"""

from __future__ import annotations

from airflow_provider_drivedelta.core.lake import aspects
from airflow_provider_drivedelta.core.lake.record import GROUPS

_HASH_COLUMNS = ", ".join(GROUPS)

# Base and later layers: the newest layer that speaks of an item is right. The later ones are few,
# so the base is only filtered, never grouped.
KNOWN = """
    CREATE TABLE recent AS
        SELECT * FROM later QUALIFY row_number() OVER (PARTITION BY item_key ORDER BY increment DESC) = 1;
    CREATE VIEW known AS
        SELECT * FROM base WHERE NOT EXISTS (SELECT 1 FROM recent WHERE recent.item_key = base.item_key)
        UNION ALL SELECT * FROM recent;
"""

ROOT = "SELECT item_key FROM staged WHERE is_root ORDER BY position DESC LIMIT 1"

# A full read beside increments: what they told of since it began belongs to them.
TOLD_SINCE = """
    DELETE FROM staged WHERE EXISTS (
        SELECT 1 FROM known k WHERE k.item_key = staged.item_key AND k.increment > $based_on::BIGINT
    )
"""

# The last occurrence of an id in a run wins, across pages. The root is no change of anybody's.
# Found alone: grouped and joined in one, it would need the memory of both.
LAST = """
    CREATE TABLE last AS
    SELECT max(position) AS position, bool_and(is_restored) AS only_restored FROM staged GROUP BY item_key
"""
DECIDED = f"""
    CREATE TABLE decided AS
    SELECT s.* EXCLUDE (is_restored), only_restored AS is_restored,
        k.item_key IS NOT NULL AS is_known,
        k.item_key IS NOT NULL AND k.deleted_at IS NULL AS was_alive,
        k.parent_key AS old_parent, k.parent_key AS kept_parent, k.name AS old_name, k.is_container AS old_container,
        k.layer, k.row, k.missing_since, k.hash_version,
        {", ".join(f"k.{name} AS old_{name}" for name in GROUPS)}
    FROM staged s
    JOIN last USING (position)
    LEFT JOIN known k ON k.item_key = s.item_key
    WHERE NOT s.is_root AND s.item_key IS DISTINCT FROM $root
"""

# A full read that is over: what it did not return is not there.
ABSENT = """
    CREATE TABLE gone AS
    SELECT k.* FROM known k
    WHERE k.deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM decided d WHERE d.item_key = k.item_key)
        AND ($based_on::BIGINT IS NULL OR k.increment <= $based_on::BIGINT)
        AND NOT list_contains($unreadable::VARCHAR[], k.item_key)
"""

# An increment: what is still below a deleted folder after all pages goes with it; what was reported
# alive in this run never does. Only containers are walked, a level a step; whoever is doomed already
# is not doomed again, which ends a circle.
DOOMED_FIRST = """
    CREATE TABLE doomed AS SELECT item_key, 0 AS level FROM decided WHERE is_deleted
"""
DOOMED_NEXT = """
    INSERT INTO doomed
    SELECT b.item_key, $level FROM containers_before b
    WHERE b.parent_key IN (SELECT item_key FROM doomed WHERE level = $level - 1)
        AND NOT EXISTS (SELECT 1 FROM decided d WHERE d.item_key = b.item_key)
        AND NOT EXISTS (SELECT 1 FROM doomed WHERE doomed.item_key = b.item_key)
"""
DOOMED_GONE = """
    CREATE TABLE gone AS
    SELECT k.* FROM known k
    WHERE k.deleted_at IS NULL AND k.parent_key IN (SELECT item_key FROM doomed)
        AND NOT EXISTS (SELECT 1 FROM decided d WHERE d.item_key = k.item_key)
"""

NONE_GONE = "CREATE TABLE gone AS SELECT * FROM known LIMIT 0"

CONTAINERS_BEFORE = """
    CREATE TABLE containers_before AS
    SELECT item_key, parent_key, name FROM known WHERE is_container AND deleted_at IS NULL
"""

CONTAINERS_AFTER = """
    CREATE TABLE containers_after AS
    SELECT item_key, parent_key, name FROM decided WHERE is_container AND NOT is_deleted
    UNION ALL
    SELECT item_key, parent_key, name FROM containers_before b
    WHERE NOT EXISTS (SELECT 1 FROM decided d WHERE d.item_key = b.item_key)
        AND NOT EXISTS (SELECT 1 FROM lost WHERE lost.item_key = b.item_key)
"""


# Whether any container came, went, or has another place or name.
CONTAINERS_CHANGED = """(
    SELECT 1 FROM decided
    WHERE (is_container OR old_container) AND (
        is_deleted OR NOT was_alive OR is_container IS DISTINCT FROM old_container
        OR name IS DISTINCT FROM old_name OR parent_key IS DISTINCT FROM old_parent
    )
    UNION ALL SELECT 1 FROM lost WHERE is_container
)"""
SAME_PATHS = "CREATE VIEW paths_after AS FROM paths_before"
NONE_MOVED = "CREATE TABLE moved AS SELECT NULL::VARCHAR AS item_key LIMIT 0"

# Containers with another path than before, whether or not anything was reported of them.
MOVED = """
    CREATE TABLE moved AS
    SELECT coalesce(b.item_key, a.item_key) AS item_key
    FROM paths_before b FULL JOIN paths_after a ON a.item_key = b.item_key
    WHERE b.path IS DISTINCT FROM a.path
"""

# Rows of the increment that quote what was staged, in order of arrival. Paths are put to them when they
# are written (`placed`): on a large read they would be most of it. So a path has changed where the
# container above has moved; only of what itself changed its place both paths must be known.
# See docs/changes.md for the table of aspects.
_COMPARED = {
    "ids": """
        SELECT r.*, if(r.was_put, (b.path || '/' || r.old_name) IS DISTINCT FROM (a.path || '/' || r.name),
            r.parent_key IN (SELECT item_key FROM moved)) AS has_moved
        FROM reported r
        LEFT JOIN paths_before b ON b.item_key = if(r.was_put, r.old_parent, NULL)
        LEFT JOIN paths_after a ON a.item_key = if(r.was_put, r.parent_key, NULL)
    """,
    "paths": "SELECT *, was_put AS has_moved FROM reported",
}


def told_of_stage(tree: str) -> str:
    return f"""
    CREATE TABLE told_of_stage AS
    WITH reported AS (
        SELECT *,
            coalesce(NOT is_known AND created_at < $partial_since, FALSE) AS is_older,
            was_alive AND (name IS DISTINCT FROM old_name OR parent_key IS DISTINCT FROM old_parent) AS was_put
        FROM decided WHERE NOT is_deleted
    ),
    compared AS ({_COMPARED[tree]}),
    named AS (
        SELECT *,
            if(name IS DISTINCT FROM old_name, {aspects.NAME}, 0)
            | if(parent_key IS DISTINCT FROM kept_parent, {aspects.PARENT}, 0)
            | if(has_moved, {aspects.PATH}, 0)
            | if(content_hash IS DISTINCT FROM old_content_hash, {aspects.CONTENT}, 0)
            | if(metadata_hash IS DISTINCT FROM old_metadata_hash, {aspects.METADATA}, 0)
            | if(sharing_hash IS DISTINCT FROM old_sharing_hash OR shared_changed, {aspects.SHARING}, 0)
            | if(missing_since IS NOT NULL, {aspects.MISSING}, 0) AS plain
        FROM compared
    ),
    judged AS (
        SELECT *, CASE
            WHEN NOT was_alive THEN NULL
            WHEN plain = 0 AND trace_hash IS DISTINCT FROM old_trace_hash THEN {aspects.METADATA}
            ELSE plain END AS aspects
        FROM named
    )
    SELECT position,
        if(was_alive OR (is_older AND NOT $full), 'update', 'insert') AS op,
        aspects,
        CASE WHEN is_restored AND (NOT was_alive OR aspects & {aspects.MISSING} <> 0) THEN 'restored'
            WHEN aspects = {aspects.PATH} THEN 'cascade' ELSE 'reported' END AS cause,
        if(was_alive, layer, NULL) AS layer, if(was_alive, row, NULL) AS row,
        parent_key AS new_parent, name AS new_name,
        if(was_alive, old_parent, NULL) AS old_parent, if(was_alive, old_name, NULL) AS old_name
    FROM judged
    WHERE (NOT was_alive AND NOT (is_older AND $full)) OR aspects <> 0
    """


FROM_STAGE = "CREATE TABLE from_stage AS SELECT * FROM told_of_stage ORDER BY position"  # alone it fits into memory

# Items that nobody reported, whose path a container above them changed.
CASCADED = """
    CREATE TABLE cascaded AS
    SELECT k.*, k.parent_key AS new_parent FROM known k
    WHERE k.deleted_at IS NULL AND k.parent_key IN (SELECT item_key FROM moved)
        AND NOT EXISTS (SELECT 1 FROM decided d WHERE d.item_key = k.item_key)
        AND NOT EXISTS (SELECT 1 FROM lost WHERE lost.item_key = k.item_key)
        AND NOT EXISTS (SELECT 1 FROM unsure WHERE unsure.item_key = k.item_key)
"""

NONE_CASCADED = "CREATE TABLE cascaded AS SELECT *, parent_key AS new_parent FROM known LIMIT 0"

# … and rows that quote the state, as they lie there: deletes carry what was known, cascades a new path only.
TOLD_OF_STATE = f"""
    CREATE TABLE told_of_state AS
    SELECT layer, row, 'delete' AS op, 0 AS aspects, 'reported' AS cause, NULL::TIMESTAMPTZ AS missing_since,
        NULL::VARCHAR AS new_parent, NULL::VARCHAR AS new_name, old_parent, old_name
    FROM decided WHERE is_deleted AND was_alive
    UNION ALL
    SELECT layer, row, 'delete', 0, $gone_cause, NULL, NULL, NULL, parent_key, name FROM lost
    UNION ALL
    SELECT layer, row, 'update',
        {aspects.MISSING} | if(parent_key IN (SELECT item_key FROM moved), {aspects.PATH}, 0),
        'absent_unsure', $now, parent_key, name, parent_key, name
    FROM unsure
    UNION ALL
    SELECT layer, row, 'update', {aspects.PATH}, 'cascade', missing_since, new_parent, name, parent_key, name
    FROM cascaded
"""
FROM_STATE = "CREATE TABLE from_state AS SELECT * FROM told_of_state ORDER BY layer, row"


# The state's new layer: what was reported alive and is news to it, tombstones, missing marks. Of an
# increment all that was reported is taken, so that `extra` and a folder's aggregates stay fresh; and
# of a read that repairs a damaged state.
NEW_KEYS = f"""
    CREATE TABLE new_keys AS
    SELECT item_key, parent_key, name, is_container, $number::BIGINT AS increment, $number::BIGINT AS layer,
        position AS row, {_HASH_COLUMNS}, $hash_version::SMALLINT AS hash_version,
        NULL::TIMESTAMPTZ AS deleted_at, NULL::TIMESTAMPTZ AS missing_since
    FROM decided d
    WHERE NOT is_deleted AND (
        $takes_all OR NOT was_alive OR hash_version IS DISTINCT FROM $hash_version
        OR EXISTS (SELECT 1 FROM from_stage f WHERE f.position = d.position)
    )
    UNION ALL
    SELECT item_key, coalesce(parent_key, old_parent), coalesce(name, old_name), coalesce(old_container, is_container),
        $number, NULL, NULL, {", ".join(f"old_{name}" for name in GROUPS)}, hash_version, $now, NULL
    FROM decided WHERE is_deleted AND was_alive
    UNION ALL
    SELECT item_key, parent_key, name, is_container, $number, NULL, NULL, {_HASH_COLUMNS}, hash_version, $now, NULL
    FROM lost
    UNION ALL
    SELECT item_key, parent_key, name, is_container, $number, layer, row, {_HASH_COLUMNS}, hash_version, NULL, $now
    FROM unsure
    UNION ALL
    SELECT item_key, new_parent, name, is_container, $number, layer, row, {_HASH_COLUMNS}, hash_version, NULL,
        missing_since
    FROM cascaded WHERE new_parent <> parent_key
"""

# What nobody asks for once the decisions are made.
DONE_WITH = ("decided", "gone", "lost", "unsure", "containers_before", "moved", "cascaded")
