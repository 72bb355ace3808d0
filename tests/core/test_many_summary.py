"""What a run of many feeds returns is bounded, however many they are."""

from __future__ import annotations

import json

from airflow_provider_drivedelta.core.many_summary import MOST_SHOWN, ManySummary
from airflow_provider_drivedelta.core.summary import Summary


def published(number: int = 1, **more: object) -> Summary:
    known = {"feed": f"drive-{number}--0", "source": f"drives/b!{'x' * 60}", "path": f"s3://lake/drive-{number}"}
    counts = {"protocol": "graph", "kind": "incremental", "increment": number, "from_increment": number}
    told = {"to_increment": number, "rows": 2, "inserted": 2, "requests": 1, "pages": 1}
    return Summary(**(known | counts | told | more))  # type: ignore[arg-type]


def quiet(number: int = 1) -> Summary:
    return published(number, kind="quiet", increment=None, from_increment=None, to_increment=None, rows=0, inserted=0)


def test_counts_are_those_of_all_and_summaries_of_those_with_news() -> None:
    news = published(2, schema_changed=True)
    told = ManySummary(summaries=[quiet(1), news, quiet(3)], repeated=1, reloading=2, throttled_seconds=1.23456)
    expected = {"sources": 6, "published": 1, "quiet": 2, "repeated": 1, "reloading": 2, "rows": 2, "requests": 3}
    assert told.to_dict().items() >= expected.items()
    assert told.to_dict()["feeds"] == [news.to_dict()]
    assert (told.to_dict()["schema_changed"], told.to_dict()["throttled_seconds"]) == (True, 1.235)
    assert str(told) == "6 sources: 1 published, 2 quiet, 1 repeated, 2 reloading (2 rows, 3 requests)"


def test_of_ten_thousand_with_news_some_are_shown_and_all_are_counted() -> None:
    told = ManySummary(summaries=[published(number) for number in range(1, 10_001)]).to_dict()
    assert (told["published"], told["rows"], told["feeds_left_out"]) == (10_000, 20_000, 10_000 - MOST_SHOWN)
    assert len(json.dumps(told)) < 80_000
