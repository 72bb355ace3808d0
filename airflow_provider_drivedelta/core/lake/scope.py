"""A feed of one folder: the whole drive is followed and known, and only what is below the folder is told.

The folder is a key, so it stays itself when it is renamed or moved. What comes into it is an insert
for its readers, what leaves it a delete, each with everything below.
"""

from __future__ import annotations

import duckdb

# Where the folder was before this run and where it is after; nowhere, if there is none.
_SCOPE = """
    CREATE TABLE scope AS
    SELECT (SELECT path || '/' FROM paths_before WHERE item_key = $scope) AS before,
        (SELECT path || '/' FROM paths_after WHERE item_key = $scope) AS after
"""

# `layer` is null where the state knew nothing: such an item was not in the folder either.
_STAGE_SIDES = """
    CREATE TABLE stage_sides AS
    SELECT *, layer IS NOT NULL AND coalesce(starts_with(old_path, before), FALSE) AS was_in,
        coalesce(starts_with(path, after), FALSE) AS is_in
    FROM from_stage, scope
"""

_STATE_SIDES = """
    CREATE TABLE state_sides AS
    SELECT *, coalesce(starts_with(old_path, before), FALSE) AS was_in,
        op <> 'delete' AND coalesce(starts_with(path, after), FALSE) AS is_in
    FROM from_state, scope
"""

_FROM_STAGE = """
    CREATE OR REPLACE TABLE from_stage AS
    SELECT position, if(was_in, op, 'insert') AS op, if(was_in, aspects, NULL) AS aspects,
        if(layer IS NOT NULL AND NOT was_in, 'entered_scope', cause) AS cause,
        path, if(was_in, old_path, NULL) AS old_path, if(was_in, layer, NULL) AS layer, if(was_in, row, NULL) AS row
    FROM stage_sides WHERE is_in
"""

_FROM_STATE = """
    CREATE OR REPLACE TABLE from_state AS
    SELECT layer, row,
        CASE WHEN is_in AND was_in THEN op WHEN is_in THEN 'insert' ELSE 'delete' END AS op,
        CASE WHEN is_in AND was_in THEN aspects ELSE 0 END AS aspects,
        CASE WHEN op = 'delete' OR (is_in AND was_in) THEN cause
            WHEN is_in THEN 'entered_scope' ELSE 'left_scope' END AS cause,
        if(is_in, path, old_path) AS path, old_path, missing_since
    FROM state_sides WHERE was_in OR is_in
    UNION ALL
    SELECT layer, row, 'delete', 0, 'left_scope', old_path, old_path, NULL
    FROM stage_sides WHERE was_in AND NOT is_in
"""


def keep_to_folder(database: duckdb.DuckDBPyConnection, folder: str) -> None:
    """Reduce `from_stage` and `from_state` of a fold to what readers of the folder are to be told."""
    database.execute(_SCOPE, {"scope": folder})
    for query in (_STAGE_SIDES, _STATE_SIDES, _FROM_STAGE, _FROM_STATE):
        database.execute(query)
