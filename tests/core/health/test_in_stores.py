"""Feeds' health where the lake lies in an object store: the same values, and not many requests."""

from __future__ import annotations

from datetime import UTC, datetime

from airflow_provider_drivedelta.core.health.read import feeds_health
from airflow_provider_drivedelta.core.lake import log
from airflow_provider_drivedelta.core.lake.last_error import LastError, forget_last_error, save_last_error
from airflow_provider_drivedelta.core.lake.token_file import TokenFile
from tests.core.played import a_commit, a_record
from tests.servers.stores import StoreServer

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
ERROR = LastError(
    at=NOW.isoformat(), since=NOW.isoformat(), times=1, kind="FixSetup", text="403", feed="f--0", source="s", run="r"
)


def test_it_is_read_where_it_lies(server: StoreServer) -> None:
    lake = server.storage()
    log.add(lake.below("drive-x"), a_commit(counts={"rows": 1}))
    record = a_record(increment=1, saved_at="2026-11-21T03:30:00+00:00", last_success="2026-11-21T03:30:00+00:00")
    TokenFile(lake.below("drive-x")).save(record)
    save_last_error(lake.below("list-y"), ERROR)
    well, ill = feeds_health(lake, now=NOW)
    assert (well.state, well.told_by, well.increment, str(well.last_success)[11:16]) == ("ok", "token", 1, "03:30")
    assert (ill.state, ill.last_error) == ("failing", ERROR)
    assert [feed.state for feed in feeds_health(lake.below("drive-x"), now=NOW)] == ["ok"]
    forget_last_error(lake.below("list-y"))
    assert [feed.path for feed in feeds_health(lake, now=NOW)] == [well.path]
