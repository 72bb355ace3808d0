"""What the fold counts, for the summary and for the guard's question."""

from __future__ import annotations

# Items that a full read finds and nobody was told of, since they are older than the feed: known from now on.
ADOPTED = """
    SELECT count(*) FROM decided
    WHERE NOT is_deleted AND NOT was_alive AND NOT is_known AND created_at < $partial_since
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

COUNTED = """
    SELECT count(*), count(*) FILTER (op = 'insert'), count(*) FILTER (op = 'update'), count(*) FILTER (op = 'delete'),
        count(*) FILTER (cause = 'absent_unsure'), count(*) FILTER (cause = 'cascade')
    FROM (SELECT op, cause FROM from_stage UNION ALL SELECT op, cause FROM from_state)
"""

# The folders in which most is deleted.
MOST_DELETES = {
    "ids": """
        SELECT coalesce(b.path, ''), count(*) FROM from_state s LEFT JOIN paths_before b ON b.item_key = s.old_parent
        WHERE op = 'delete' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $most
    """,
    "paths": """
        SELECT coalesce(old_parent, ''), count(*) FROM from_state
        WHERE op = 'delete' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $most
    """,
}
