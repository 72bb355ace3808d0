"""What the demo shows, step by step: each changes something, runs the DAGs and prints what was captured."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from demo import projects, real_folder, tables
from demo.microsoft365 import Microsoft365
from demo.scratch_airflow import Airflow, Run, Summary


@dataclass(frozen=True, slots=True)
class Story:
    airflow: Airflow
    microsoft: Microsoft365
    drive: Path
    output: Path

    def tell(self) -> None:
        self.first_read()
        self.increment()
        self.new_column()
        self.resync()
        self.reconcile()

    def first_read(self) -> None:
        say(f"1. First read, of the folder as a drive and of the SharePoint list {projects.TITLE}")
        _, captured = self._pull_both()
        tables.show_columns(Path(captured.path), item=projects.EDITED)

    def increment(self) -> None:
        say("2. An increment, after these changes on disk and in the list:")
        self._say_done(real_folder.change(self.drive) + projects.change(self.microsoft))
        self._pull_both()

    def new_column(self) -> None:
        say("3. The list gets a column, which its token does not outlive:")
        self._say_done(projects.add_a_column(self.microsoft))
        (captured,) = self.airflow.run(self._list)
        self._show_list(captured)
        if not captured.schema_changed:
            sys.exit("The summary does not say that the list's columns changed")
        tables.show_columns(Path(captured.path), item=projects.SCORED, names=["risk_score"])

    def resync(self) -> None:
        say("4. A resync: the service forgets every token, and meanwhile")
        self.microsoft.expire_tokens()
        self._say_done(real_folder.change_a_little(self.drive) + projects.change_a_little(self.microsoft))
        for captured in self._pull_both():
            if (captured.kind, captured.rows) != ("resync", 2):
                sys.exit(f"Two changes were made, but this was published: {captured}")

    def reconcile(self) -> None:
        say("5. A reconcile: is the lake what the service says of the drive?")
        (compared,) = self.airflow.run(Run("reconcile_weekly", self._drive.conf))
        print(f"  verdict: {compared.verdict}")
        if compared.verdict != "in_sync":
            sys.exit("The lake and the service differ")

    @property
    def _drive(self) -> Run:
        return Run("drive_to_parquet", {"source": f"drives/{self.microsoft.drive_id}", "output": str(self.output)})

    @property
    def _list(self) -> Run:
        site, output = self.microsoft.site, str(self.output)
        return Run("list_to_parquet", {"site": site, "list": projects.TITLE, "output": output})

    def _pull_both(self) -> tuple[Summary, Summary]:
        of_drive, of_list = self.airflow.run(self._drive, self._list)
        self._show_drive(of_drive)
        self._show_list(of_list)
        return of_drive, of_list

    def _show_drive(self, captured: Summary) -> None:
        say_less(f"The drive, {captured}")
        tables.show_drive(Path(captured.path), captured.increment)
        check(tables.living(Path(captured.path)), real_folder.count(self.drive), "on disk")

    def _show_list(self, captured: Summary) -> None:
        say_less(f"The list, {captured}")
        tables.show_list(Path(captured.path), captured.increment)
        check(tables.living(Path(captured.path)), self.microsoft.count(projects.TITLE), "in the list")

    @staticmethod
    def _say_done(changes: list[str]) -> None:
        for line in changes:
            print(f"  - {line}")


def say(line: str) -> None:
    print(f"\n\033[1m{line}\033[0m" if sys.stdout.isatty() else f"\n{line}", flush=True)


def say_less(line: str) -> None:
    print(f"\n  {line}\n", flush=True)


def check(found: int, expected: int, where: str) -> None:
    if found != expected:
        sys.exit(f"By the change records there are {found} items, {where} {expected}")
    print(f"  Folded, the change records give {found} items: as many as {where}")
