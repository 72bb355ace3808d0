"""Several `airflow` commands in one process: to start Airflow takes longer than to run a DAG."""

from __future__ import annotations

import json
import sys

from airflow.__main__ import main as airflow


def main() -> None:
    """The commands come as one JSON list of lists of words; the first that fails ends the process as it would."""
    for words in json.loads(sys.argv[1]):
        sys.argv = ["airflow", *words]
        airflow()


if __name__ == "__main__":
    main()
