"""Reading a lake back, from Python: what was committed, and what there is now.

    from airflow_provider_drivedelta.reading import read_changes, read_current

Both give a `pyarrow.RecordBatchReader`. docs/reading.md shows them with pyarrow, pandas and DuckDB.
"""

from airflow_provider_drivedelta.core.lake.read_changes import read_changes
from airflow_provider_drivedelta.core.lake.read_current import read_current
from airflow_provider_drivedelta.core.lake.snapshot import Snapshot, write_snapshot

__all__ = ["Snapshot", "read_changes", "read_current", "write_snapshot"]
