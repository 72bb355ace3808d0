"""`make demo`: the README's DAG runs on a real folder: first read, increment, resync; then a reconcile."""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import time
from pathlib import Path

from demo import real_folder, tables
from demo.services import Airflow, Microsoft365, emulator

HOME = Path(__file__).parent.parent / ".demo"
DAG = "drive_to_parquet"
CLIENT, SECRET = "drivedelta-demo", "a-secret-of-the-demo"


def main() -> None:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--folder", type=Path, help="show it on a copy of this folder instead of Python's library")
    parser.add_argument("--home", type=Path, default=HOME, help="where everything is put; emptied first")
    options = parser.parse_args()
    begun = time.monotonic()
    shutil.rmtree(options.home, ignore_errors=True)
    drive, output = options.home.resolve() / "drive", options.home.resolve() / "lake"
    (options.home / "airflow").mkdir(parents=True)

    say(f"Copying a real folder to {drive}")
    real_folder.copy_of(options.folder, drive)
    print(f"  {real_folder.count(drive)} files and folders")
    with emulator(drive) as microsoft:
        airflow = Airflow(options.home.resolve() / "airflow", connection(microsoft))
        say("Setting up a throw-away Airflow")
        airflow.migrate()
        tell_the_story(airflow, microsoft, drive, output)
    say(f"Done in {time.monotonic() - begun:.0f} s. Everything is in {options.home}")


def tell_the_story(airflow: Airflow, microsoft: Microsoft365, drive: Path, output: Path) -> None:
    def pull() -> Path:
        airflow.run_dag(DAG, {"source": f"drives/{microsoft.drive_id}", "output": str(output)})
        (feed,) = output.iterdir()
        increment = tables.last_increment(feed)
        print(f"  Parquet: {feed}/changes\n")
        tables.show(feed, increment)
        return feed

    say("1. First read")
    feed = pull()
    check(tables.living(feed), real_folder.count(drive))

    say("2. An increment, after these changes on disk:")
    for line in real_folder.change(drive):
        print(f"  - {line}")
    pull()
    check(tables.living(feed), real_folder.count(drive))

    say("3. A resync: the service forgets every token, and meanwhile")
    microsoft.expire_tokens()
    for line in real_folder.change_a_little(drive):
        print(f"  - {line}")
    pull()
    check(tables.living(feed), real_folder.count(drive))

    say("4. A reconcile: is the lake what the service says?")
    printed = airflow.run_dag("reconcile_weekly", {"source": f"drives/{microsoft.drive_id}", "output": str(output)})
    verdict = re.search(r"reconciled, (\w+)", printed)
    print(f"  verdict: {verdict[1] if verdict else 'none'}")
    if verdict is None or verdict[1] != "in_sync":
        sys.exit("The lake and the service differ")


def connection(microsoft: Microsoft365) -> dict[str, object]:
    """What one types into Airflow's connection form, pointed at the emulator."""
    return {
        "conn_type": "drivedelta",
        "host": f"{microsoft.sign_in}/v1.0",
        "login": CLIENT,
        "password": SECRET,
        "extra": {"tenant_id": "demo", "authority": microsoft.sign_in, "ca_file": microsoft.ca_file},
    }


def say(line: str) -> None:
    print(f"\n\033[1m{line}\033[0m" if sys.stdout.isatty() else f"\n{line}", flush=True)


def check(found: int, expected: int) -> None:
    if found != expected:
        sys.exit(f"By the change records there are {found} items, on disk {expected}")
    print(f"  Folded, the change records give {found} items: as many as on disk")


if __name__ == "__main__":
    main()
