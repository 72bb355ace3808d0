"""docs/long-reads.md names the numbers of the code."""

from __future__ import annotations

import re
from datetime import timedelta

from airflow_provider_drivedelta.core.lake.checkpoint import Checkpoints
from airflow_provider_drivedelta.core.lake.checkpoint_folder import MOST_TRIES
from airflow_provider_drivedelta.core.lake.layout import READS
from airflow_provider_drivedelta.core.lake.old_reads import LITTER_AGE
from airflow_provider_drivedelta.core.long_read import ASKED_FOR, LEASE, NEWEST
from tests.docs.pages import DOCS, tables

PAGE = "long-reads.md"


def test_the_numbers_are_those_of_the_code() -> None:
    told = re.findall(r"\*\*(\d+)\s(pages|minutes|tries|days)\*\*", (DOCS / PAGE).read_text())
    numbers = {
        "pages": [Checkpoints().every_pages],
        "minutes": [Checkpoints().every_seconds / 60, LEASE.total_seconds() / 60],
        "tries": [MOST_TRIES],
        "days": [LITTER_AGE / 86_400],
    }
    for unit, known in numbers.items():
        assert [float(number) for number, name in told if name == unit] == known


def test_the_folder_is_the_one_there_is() -> None:
    assert f"<feed>/{READS}/<key>/" in (DOCS / PAGE).read_text()


def test_the_table_says_which_reads_belong_to_their_run() -> None:
    (row,) = [row for row in tables(PAGE)["read"] if "for a day" in row[1]]
    assert (set(row[0].split(", ")), NEWEST) == (ASKED_FOR, timedelta(days=1))
