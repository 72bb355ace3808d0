"""`python -m tests.kill SCENARIO FOLDER [--s3] [--variables]` kills a scenario at its every step and prints what came.

A process of its own: before the first fork nothing may have started a thread.
"""

from __future__ import annotations

import argparse
import json
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path

# What the first pull would import by and by, in each child anew.
import pandas  # noqa: F401
import pyarrow.pandas_compat  # noqa: F401

from tests.kill.bucket import bucket
from tests.kill.places import BucketPlace, LocalPlace
from tests.kill.play import play
from tests.kill.scenarios import SCENARIOS

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("scenario", choices=SCENARIOS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--s3", action="store_true", help="write to S3, not to local disk")
    parser.add_argument("--variables", action="store_true", help="keep the token in a Variable, not in the output")
    parser.add_argument("--again", type=int, default=1, help="how many second kills to try after each first one")
    asked = parser.parse_args()
    with bucket() if asked.s3 else nullcontext() as store:
        place = BucketPlace(asked.folder, store) if store else LocalPlace(asked.folder)
        report = play(SCENARIOS[asked.scenario], place, in_variables=asked.variables, again=asked.again)
    print(json.dumps(asdict(report)))
