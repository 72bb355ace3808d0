"""These tests are for the oldest Airflow we promise (`make test-oldest`); others do not see them."""

from __future__ import annotations

import importlib.metadata

OLDEST = "3.1."

collect_ignore_glob = [] if importlib.metadata.version("apache-airflow").startswith(OLDEST) else ["test_*.py"]
