"""`make demo`: a real folder and a SharePoint list are followed by the README's DAGs: first read to reconcile."""

from __future__ import annotations

import argparse
import shutil
import time
from pathlib import Path

import trustme

from demo import real_folder
from demo.microsoft365 import Microsoft365, emulator
from demo.scratch_airflow import Airflow
from demo.story import Story, say

HOME = Path(__file__).parent.parent / ".demo"


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
        Story(airflow, microsoft, drive, output).tell()
    say(f"Done in {time.monotonic() - begun:.0f} s. Everything is in {options.home}")


def connection(microsoft: Microsoft365) -> dict[str, object]:
    """What one types into Airflow's connection form, pointed at the emulator.

    With a certificate, since SharePoint turns away an application that signed in with a secret.
    """
    certificate = trustme.CA().issue_cert("drivedelta-demo", key_type=trustme.KeyType.RSA)  # Entra takes RSA only
    return {
        "conn_type": "drivedelta",
        "host": f"{microsoft.sign_in}/v1.0",
        "login": "drivedelta-demo",
        "extra": {
            "tenant_id": "demo",
            "private_key": certificate.private_key_and_cert_chain_pem.bytes().decode(),
            "authority": microsoft.sign_in,
            "ca_file": microsoft.ca_file,
        },
    }


if __name__ == "__main__":
    main()
