"""A feed of one folder: the whole drive is followed and known, and only what is below the folder is told.

The folder is a key, so it stays itself when it is renamed or moved. What comes into it is an insert
for its readers, what leaves it a delete, each with everything below.
"""

from __future__ import annotations

from airflow_provider_drivedelta.core.lake.database import Database


# The folder and the containers below it. By id and not by path: another folder may take its name.
def _inside(moment: str) -> str:
    return f"""
        CREATE TABLE inside_{moment} AS
        SELECT item_key FROM paths_{moment}
        WHERE starts_with(path || '/', (SELECT path || '/' FROM paths_{moment} WHERE item_key = $scope))
    """


# Containers that left the folder or came into it. Of what is in them some is told already, as it has another
# path, or changed itself; the rest is where it was, in a folder that takes it along.
_CROSSED = """
    CREATE TABLE crossed AS
    SELECT item_key FROM inside_before WHERE item_key NOT IN (SELECT item_key FROM inside_after)
    UNION ALL
    SELECT item_key FROM inside_after WHERE item_key NOT IN (SELECT item_key FROM inside_before)
"""

_CROSSED_OF_STAGE = """
    INSERT INTO from_stage
    SELECT position, 'update', 0, 'cascade', layer, row, parent_key, name, old_parent, old_name
    FROM decided d
    WHERE was_alive AND NOT is_deleted AND parent_key IN (SELECT item_key FROM crossed)
        AND NOT EXISTS (SELECT 1 FROM from_stage f WHERE f.position = d.position)
"""

_CROSSED_OF_STATE = """
    INSERT INTO from_state
    SELECT layer, row, 'update', 0, 'cascade', missing_since, parent_key, name, parent_key, name
    FROM known k
    WHERE deleted_at IS NULL AND parent_key IN (SELECT item_key FROM crossed)
        AND NOT EXISTS (SELECT 1 FROM decided d WHERE d.item_key = k.item_key)
        AND NOT EXISTS (SELECT 1 FROM from_state f WHERE f.layer = k.layer AND f.row = k.row)
"""

# `layer` is null where the state knew nothing: such an item was not in the folder either.
_STAGE_SIDES = """
    CREATE TABLE stage_sides AS
    SELECT *, layer IS NOT NULL AND coalesce(old_parent IN (SELECT item_key FROM inside_before), FALSE) AS was_in,
        coalesce(new_parent IN (SELECT item_key FROM inside_after), FALSE) AS is_in
    FROM from_stage
"""

_STATE_SIDES = """
    CREATE TABLE state_sides AS
    SELECT *, coalesce(old_parent IN (SELECT item_key FROM inside_before), FALSE) AS was_in,
        op <> 'delete' AND coalesce(new_parent IN (SELECT item_key FROM inside_after), FALSE) AS is_in
    FROM from_state
"""

_FROM_STAGE = """
    CREATE OR REPLACE TABLE from_stage AS
    SELECT position, if(was_in, op, 'insert') AS op, if(was_in, aspects, NULL) AS aspects,
        if(layer IS NOT NULL AND NOT was_in, 'entered_scope', cause) AS cause,
        if(was_in, layer, NULL) AS layer, if(was_in, row, NULL) AS row, new_parent, new_name,
        if(was_in, old_parent, NULL) AS old_parent, if(was_in, old_name, NULL) AS old_name
    FROM stage_sides WHERE is_in ORDER BY position
"""

_FROM_STATE = """
    CREATE OR REPLACE TABLE from_state AS
    SELECT layer, row,
        CASE WHEN is_in AND was_in THEN op WHEN is_in THEN 'insert' ELSE 'delete' END AS op,
        CASE WHEN is_in AND was_in THEN aspects ELSE 0 END AS aspects,
        CASE WHEN op = 'delete' OR (is_in AND was_in) THEN cause
            WHEN is_in THEN 'entered_scope' ELSE 'left_scope' END AS cause,
        if(is_in, missing_since, NULL) AS missing_since, new_parent, new_name, old_parent, old_name
    FROM state_sides WHERE was_in OR is_in
    UNION ALL
    SELECT layer, row, 'delete', 0, 'left_scope', NULL, NULL, NULL, old_parent, old_name
    FROM stage_sides WHERE was_in AND NOT is_in
    ORDER BY layer, row
"""


def keep_to_folder(database: Database, folder: str) -> None:
    """Reduce `from_stage` and `from_state` of a fold to what readers of the folder are to be told."""
    for moment in ("before", "after"):
        database.run(_inside(moment), scope=folder)
    database.run(_CROSSED)
    if database.any("crossed"):
        database.run(_CROSSED_OF_STAGE)
        database.run(_CROSSED_OF_STATE)
    for query in (_STAGE_SIDES, _STATE_SIDES, _FROM_STAGE, _FROM_STATE):
        database.run(query)
    database.drop("inside_before", "inside_after", "crossed", "stage_sides", "state_sides")
