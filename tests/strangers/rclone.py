"""The real rclone, set up for one drive, as a child process that always ends."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from airflow_provider_drivedelta.emulator import Drive
from tests.strangers.conftest import CLIENT, SECRET, TENANT, Microsoft

PROGRAM = Path(sys.executable).with_name("rclone")
_PATIENCE = 90.0  # seconds for one command
_CONFIG = """\
[drive]
type = onedrive
drive_id = {drive}
drive_type = {kind}
tenant = {tenant}
client_id = {client}
client_secret = {secret}
client_credentials = true
delta = true
"""


@dataclass(frozen=True)
class Rclone:
    """``drive:`` is the drive; what else there is lies in ``folder``."""

    folder: Path
    ca_file: str

    @classmethod
    def of(cls, microsoft: Microsoft, folder: Path, drive: Drive | None = None) -> Rclone:
        drive = drive or microsoft.emulator.drive
        named = {"tenant": TENANT, "client": CLIENT, "secret": SECRET}
        config = _CONFIG.format(drive=drive.id, kind=drive.flavour.value, **named)
        (folder / "rclone.conf").write_text(config)
        return cls(folder, microsoft.emulator.ca_file)

    def run(self, *words: str) -> bytes:
        done = subprocess.run(self.command(*words), capture_output=True, cwd=self.folder, timeout=_PATIENCE)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    def told(self, *words: str) -> Any:
        return json.loads(self.run(*words))

    def command(self, *words: str) -> list[str]:
        ours = ["--config", str(self.folder / "rclone.conf"), "--ca-cert", self.ca_file]
        return [str(PROGRAM), *ours, "--retries", "1", "--low-level-retries", "2", *words]

    @contextmanager
    def served(self, *words: str) -> Iterator[str]:
        """Serves the drive over http for the length of the block; gives its address."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{probe.getsockname()[1]}"
        command = self.command("serve", "http", "drive:", "--addr", address, *words)
        with (self.folder / "serve.log").open("wb") as log:
            process = subprocess.Popen(command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            yield f"http://{address}/"
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
