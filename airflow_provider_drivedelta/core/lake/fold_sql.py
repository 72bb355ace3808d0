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
from airflow_provider_drivedelta.core.lake.aspects import HASHES

_HASH_COLUMNS = ", ".join(HASHES)

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
DECIDED = f"""
    CREATE TABLE decided AS
    SELECT s.* EXCLUDE (is_restored), only_restored AS is_restored,
        k.item_key IS NOT NULL AS is_known,
        k.item_key IS NOT NULL AND k.deleted_at IS NULL AS was_alive,
        k.parent_key AS old_parent, k.name AS old_name, k.is_container AS old_container,
        k.layer, k.row, k.missing_since, k.hash_version,
        {", ".join(f"k.{name} AS old_{name}" for name in HASHES)}
    FROM staged s
    JOIN (
        SELECT max(position) AS position, bool_and(is_restored) AS only_restored FROM staged GROUP BY item_key
    ) USING (position)
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
# alive in this run never does. Only containers are walked, and UNION ends a circle.
DOOMED = """
    CREATE TABLE gone AS
    WITH RECURSIVE doomed(item_key) AS (
        SELECT item_key FROM decided WHERE is_deleted
        UNION
        SELECT b.item_key FROM containers_before b JOIN doomed ON b.parent_key = doomed.item_key
        WHERE NOT EXISTS (SELECT 1 FROM decided d WHERE d.item_key = b.item_key)
    )
    SELECT k.* FROM known k JOIN doomed ON k.parent_key = doomed.item_key
    WHERE k.deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM decided d WHERE d.item_key = k.item_key)
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


def paths(name: str, containers: str) -> str:
    """Paths from the root down: whoever is not reached (orphans, circles) has none. One parent each, so it ends."""
    return f"""
        CREATE TABLE {name} AS
        WITH RECURSIVE p(item_key, path) AS (
            SELECT $root::VARCHAR, ''
            UNION ALL
            SELECT c.item_key, p.path || '/' || c.name
            FROM {containers} c JOIN p ON c.parent_key = p.item_key
            WHERE c.item_key <> $root
        )
        SELECT * FROM p
    """


MOVED = """
    CREATE TABLE moved AS
    SELECT coalesce(b.item_key, a.item_key) AS item_key
    FROM paths_before b FULL JOIN paths_after a ON a.item_key = b.item_key
    WHERE b.path IS DISTINCT FROM a.path
"""

# What each reported item is; see docs/changes.md for the table of aspects.
REPORTED = f"""
    CREATE TABLE reported AS
    WITH placed AS (
        SELECT d.*, b.path || '/' || d.old_name AS old_path, a.path || '/' || d.name AS path
        FROM decided d
        LEFT JOIN paths_before b ON b.item_key = d.old_parent
        LEFT JOIN paths_after a ON a.item_key = d.parent_key
        WHERE NOT d.is_deleted
    ),
    compared AS (
        SELECT *,
            if(name IS DISTINCT FROM old_name, {aspects.NAME}, 0)
            | if(parent_key IS DISTINCT FROM old_parent, {aspects.PARENT}, 0)
            | if(path IS DISTINCT FROM old_path, {aspects.PATH}, 0)
            | if(content_hash IS DISTINCT FROM old_content_hash, {aspects.CONTENT}, 0)
            | if(metadata_hash IS DISTINCT FROM old_metadata_hash, {aspects.METADATA}, 0)
            | if(sharing_hash IS DISTINCT FROM old_sharing_hash OR shared_changed, {aspects.SHARING}, 0)
            | if(missing_since IS NOT NULL, {aspects.MISSING}, 0) AS plain
        FROM placed
    )
    SELECT position, item_key, layer, row, path, was_alive, is_restored,
        CASE WHEN was_alive THEN old_path END AS old_path,
        CASE
            WHEN NOT was_alive THEN 0
            WHEN plain = 0 AND trace_hash IS DISTINCT FROM old_trace_hash THEN {aspects.METADATA}
            ELSE plain
        END AS aspects,
        NOT was_alive AND NOT is_known AND created_at < $partial_since AS is_older
    FROM compared
"""

# Items that nobody reported, whose path a container above them changed.
CASCADED = """
    CREATE TABLE cascaded AS
    SELECT k.*, b.path || '/' || k.name AS old_path, a.path || '/' || k.name AS path
    FROM known k
    JOIN moved m ON m.item_key = k.parent_key
    LEFT JOIN paths_before b ON b.item_key = k.parent_key
    LEFT JOIN paths_after a ON a.item_key = k.parent_key
    WHERE k.deleted_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM decided d WHERE d.item_key = k.item_key)
        AND NOT EXISTS (SELECT 1 FROM lost WHERE lost.item_key = k.item_key)
        AND (b.path || '/' || k.name) IS DISTINCT FROM (a.path || '/' || k.name)
"""

NONE_CASCADED = "CREATE TABLE cascaded AS SELECT *, name AS old_path, name AS path FROM known LIMIT 0"

# Rows of the increment that quote what was staged …
FROM_STAGE = f"""
    CREATE TABLE from_stage AS
    SELECT position,
        if(was_alive OR ($full IS FALSE AND is_older), 'update', 'insert') AS op,
        if(was_alive, aspects, NULL) AS aspects,
        CASE WHEN is_restored AND (NOT was_alive OR aspects & {aspects.MISSING} <> 0) THEN 'restored'
            WHEN aspects = {aspects.PATH} THEN 'cascade' ELSE 'reported' END AS cause,
        path, old_path, if(was_alive, layer, NULL) AS layer, if(was_alive, row, NULL) AS row
    FROM reported
    WHERE (NOT was_alive AND NOT coalesce($full AND is_older, FALSE)) OR aspects <> 0
"""

# … and rows that quote the state: deletes carry what was known, cascades a new path only.
FROM_STATE = f"""
    CREATE TABLE from_state AS
    SELECT d.layer, d.row, 'delete' AS op, 0 AS aspects, 'reported' AS cause,
        b.path || '/' || d.old_name AS path, b.path || '/' || d.old_name AS old_path, NULL::TIMESTAMPTZ AS missing_since
    FROM decided d LEFT JOIN paths_before b ON b.item_key = d.old_parent
    WHERE d.is_deleted AND d.was_alive
    UNION ALL
    SELECT l.layer, l.row, 'delete', 0, $gone_cause,
        b.path || '/' || l.name, b.path || '/' || l.name, NULL
    FROM lost l LEFT JOIN paths_before b ON b.item_key = l.parent_key
    UNION ALL
    SELECT m.layer, m.row, 'update',
        {aspects.MISSING} | if((a.path || '/' || m.name) IS DISTINCT FROM (b.path || '/' || m.name), {aspects.PATH}, 0),
        'absent_unsure', a.path || '/' || m.name, b.path || '/' || m.name, $now
    FROM unsure m
    LEFT JOIN paths_before b ON b.item_key = m.parent_key
    LEFT JOIN paths_after a ON a.item_key = m.parent_key
    UNION ALL
    SELECT c.layer, c.row, 'update', {aspects.PATH}, 'cascade', c.path, c.old_path, c.missing_since
    FROM cascaded c WHERE NOT EXISTS (SELECT 1 FROM unsure u WHERE u.item_key = c.item_key)
"""

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
        OR EXISTS (SELECT 1 FROM reported r WHERE r.position = d.position AND r.aspects <> 0)
    )
    UNION ALL
    SELECT item_key, coalesce(parent_key, old_parent), coalesce(name, old_name), coalesce(old_container, is_container),
        $number, NULL, NULL, {", ".join(f"old_{name}" for name in HASHES)}, hash_version, $now, NULL
    FROM decided WHERE is_deleted AND was_alive
    UNION ALL
    SELECT item_key, parent_key, name, is_container, $number, NULL, NULL, {_HASH_COLUMNS}, hash_version, $now, NULL
    FROM lost
    UNION ALL
    SELECT item_key, parent_key, name, is_container, $number, layer, row, {_HASH_COLUMNS}, hash_version, NULL, $now
    FROM unsure
"""

STRANDED = """
    SELECT count(*) FROM decided d
    WHERE NOT d.is_deleted AND EXISTS (
        SELECT 1 FROM decided p WHERE p.item_key = d.parent_key AND p.is_deleted
        UNION ALL
        SELECT 1 FROM known k WHERE k.item_key = d.parent_key AND k.deleted_at IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM decided p WHERE p.item_key = k.item_key)
    )
"""

# What nobody asks for once the decisions are made; on a large read it is most of the memory.
DONE_WITH = (
    "staged",
    "decided",
    "gone",
    "lost",
    "unsure",
    "containers_before",
    "containers_after",
    "paths_before",
    "paths_after",
    "moved",
    "reported",
    "cascaded",
)
