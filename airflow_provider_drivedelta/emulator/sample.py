"""A small tree to look at, for an emulator that was given no folder."""

from airflow_provider_drivedelta.emulator.drive import Drive
from airflow_provider_drivedelta.emulator.identity import Flavour


def sample_drive(flavour: Flavour = Flavour.BUSINESS) -> Drive:
    drive = Drive("Documents", flavour=flavour, seed="sample")
    with drive.batch():
        reports = drive.create_folder("Reports")
        for quarter in range(1, 5):
            drive.create_file(f"q{quarter}.csv", f"region,amount\nnorth,{quarter}00\n".encode(), reports.id)
        archive = drive.create_folder("Archive", reports.id)
        drive.create_file("2025 summary.md", b"# 2025\n\nA good year.\n", archive.id)
        drive.create_file("Read me.txt", b"Edit, move and delete me.\n")
    return drive
