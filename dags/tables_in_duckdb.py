"""Two tables in DuckDB, whenever something was captured: every change there was, and the items there are now."""

from pathlib import Path

from airflow.sdk import DAG, AssetAlias, task

TABLES = """
    CREATE TABLE IF NOT EXISTS changes AS FROM fresh LIMIT 0;
    CREATE TABLE IF NOT EXISTS items AS FROM fresh LIMIT 0;
"""
NEW_COLUMNS = """
    SELECT column_name, column_type FROM (DESCRIBE fresh)
    WHERE column_name NOT IN (SELECT column_name FROM (DESCRIBE changes))
"""
# Ids of personal OneDrives come in either case.
APPLY = """
    INSERT INTO changes BY NAME FROM fresh;
    CREATE TEMP TABLE newest AS FROM fresh
        QUALIFY row_number() OVER (PARTITION BY lower(id::VARCHAR) ORDER BY _increment DESC, _sequence DESC) = 1;
    DELETE FROM items USING newest
        WHERE items._feed = newest._feed AND lower(items.id::VARCHAR) = lower(newest.id::VARCHAR);
    INSERT INTO items BY NAME FROM newest WHERE _op <> 'delete';
"""
REMEMBER = "INSERT OR REPLACE INTO watermarks SELECT ?, max(_increment) FROM fresh HAVING count(*) > 0"


def follow(feed: Path, database: str) -> None:
    """Bring one feed up to date. Rows and watermark are one transaction: a run that dies leaves neither."""
    import duckdb

    from airflow_provider_drivedelta.reading import read_changes

    with duckdb.connect(database) as db:
        db.execute("CREATE TABLE IF NOT EXISTS watermarks (feed VARCHAR PRIMARY KEY, increment BIGINT)")
        ((have,),) = db.execute("SELECT max(increment) FROM watermarks WHERE feed = ?", [feed.name]).fetchall()
        db.register("told", read_changes(feed, after=have or 0))
        db.begin()
        db.execute("CREATE TEMP TABLE fresh AS FROM told")
        db.execute(TABLES)
        for name, kind in db.execute(NEW_COLUMNS).fetchall():  # a list got a field
            for table in ("changes", "items"):
                db.execute(f'ALTER TABLE {table} ADD COLUMN "{name}" {kind}')
        db.execute(APPLY)
        db.execute(REMEMBER, [feed.name])
        db.commit()


with DAG(
    "tables_in_duckdb",
    schedule=AssetAlias("lake"),
    max_active_runs=1,  # only one process may write to the file
    params={"lake": "/data/lake", "database": "/data/lake.duckdb"},
):

    @task(retries=3)
    def follow_all(lake: str, database: str) -> None:
        for changes in sorted(Path(lake).glob("*/changes")):
            follow(changes.parent, database)

    follow_all("{{ params.lake }}", "{{ params.database }}")
