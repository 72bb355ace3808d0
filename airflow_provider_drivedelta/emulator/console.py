"""``drivedelta emulate``: serves until it is told to stop."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from airflow_provider_drivedelta.emulator.faults.plan import load_faults
from airflow_provider_drivedelta.emulator.identity import Flavour
from airflow_provider_drivedelta.emulator.lists.sample import sample_site
from airflow_provider_drivedelta.emulator.sample import sample_drive
from airflow_provider_drivedelta.emulator.server import PAGE_SIZE, Emulator


def run(
    folder: Path | None,
    port: int = 0,
    https_port: int = 0,
    page_size: int = PAGE_SIZE,
    faults: Path | None = None,
    personal: bool = False,
    out: Callable[[str], None] = print,
) -> None:
    """Serves a folder, or a small sample, until SIGINT or SIGTERM; the last line said is ``ready <url>``.

    Raises ValueError for a fault file that cannot be read as one, OSError for a port that is taken.
    """
    if folder is not None and not folder.is_dir():
        raise NotADirectoryError(f"not a folder: {folder}")
    flavour = Flavour.PERSONAL if personal else Flavour.BUSINESS
    with (
        _stop_signal() as stopped,
        Emulator(
            folder=folder,
            drives=() if folder else (sample_drive(flavour),),
            sites=() if personal else (sample_site(),),
            personal=personal,
            page_size=page_size,
            http_port=port,
            https_port=https_port,
            faults=load_faults(faults) if faults else (),
        ) as emulator,
    ):
        for drive in emulator.drives:
            out(f"drive {drive.id} {drive.name}")
        for site in emulator.sites:
            out(f"site {site.path}")
            for sharepoint_list in site.lists:
                out(f"list {sharepoint_list.id} {sharepoint_list.title}")
        out(f"sign-in {emulator.https_url} ca {emulator.ca_file}")
        out(f"ready {emulator.url}")
        stopped.wait()


@contextmanager
def _stop_signal() -> Iterator[threading.Event]:
    """An event that SIGINT and SIGTERM set, for as long as the block lasts."""
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
