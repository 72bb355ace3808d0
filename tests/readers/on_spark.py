"""The same lake, read by Spark; `make test-spark` runs this, since Spark is too large for every checkout."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyspark.sql import Row, SparkSession

from tests.readers.engines import Rows, comparable, with_pyarrow
from tests.readers.lakes import SHAPES, make_lake

pytestmark = pytest.mark.filterwarnings("default")  # those of Spark's own are none of ours


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    folder = tmp_path_factory.mktemp("spark")
    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.warehouse.dir": str(folder),
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
    }
    session = SparkSession.builder.master("local[1]").config(map=settings).getOrCreate()
    yield session
    session.stop()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("shape", SHAPES)
def test_spark_reads_what_pyarrow_reads(spark: SparkSession, tmp_path: Path, shape: str) -> None:
    changes = make_lake(shape, tmp_path / "out")
    frame = spark.read.option("mergeSchema", "true").parquet(changes).drop("captured_date")
    found = [_plain(row) for row in frame.collect()]
    assert comparable(found) == comparable(with_pyarrow(changes))  # type: ignore[arg-type]


@pytest.mark.timeout(600)
def test_spark_counts_by_sql_and_by_day(spark: SparkSession, tmp_path: Path) -> None:
    changes = make_lake("drive", tmp_path / "out")
    spark.read.parquet(changes).createOrReplaceTempView("changes")
    found = spark.sql("SELECT captured_date, _op, count(*) AS many FROM changes GROUP BY ALL").collect()
    rows: Rows = with_pyarrow(changes)
    assert {row["captured_date"].isoformat() for row in found} == {path.name[14:] for path in Path(changes).iterdir()}
    for op in ("insert", "update", "delete"):
        assert sum(row["many"] for row in found if row["_op"] == op) == sum(row["_op"] == op for row in rows)


def _plain(value: object) -> object:
    """Spark's rows as dictionaries; its moments have no zone, being in the machine's."""
    if isinstance(value, Row):
        return {name: _plain(inner) for name, inner in value.asDict().items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return value
