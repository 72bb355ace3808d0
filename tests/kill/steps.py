"""Watches a run line by line, so that its steps are found by what they do and not by a list somebody made.

A kill leaves nothing of a process but what it did to the world outside. So the moments at which a kill makes a
difference are those at which that world is another one than at the moment before: whatever line or library did it.
"""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

import airflow_provider_drivedelta

PRODUCT = f"{Path(airflow_provider_drivedelta.__file__).parent}{os.sep}"
EMULATOR = f"{PRODUCT}emulator{os.sep}"
_WRITING = os.O_WRONLY | os.O_RDWR


@dataclass(frozen=True, slots=True)
class Spot:
    """The nth time that a run comes to a line of the product, or that a library called there has an effect."""

    where: str
    nth: int

    def __str__(self) -> str:
        return f"{self.where} ({self.nth})"

    @property
    def file(self) -> str:
        """Below the product."""
        return self.where.partition(":")[0]


class Watch:
    """Calls `met` at each spot, in the main thread. For a process that ends soon: audit hooks stay.

    `effects` counts what the interpreter said is about to be done to files.

    :param lines_of: the files whose lines are spots, by how their paths below the product begin; effects always are.
    """

    def __init__(self, met: Callable[[Spot], None], *, lines_of: str = "") -> None:
        self._met, self._times, self._busy = met, Counter[str](), True
        self._traced = PRODUCT + lines_of
        self._thread = threading.get_ident()
        self.effects = 0

    def __enter__(self) -> Watch:
        sys.addaudithook(self._hear)
        sys.settrace(self._enter)
        sys.setprofile(self._call)
        self._busy = False
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._busy = True
        sys.setprofile(None)
        sys.settrace(None)

    @property
    def places(self) -> int:
        """How many different places were come to."""
        return len(self._times)

    def _enter(self, frame: FrameType, event: str, _: Any) -> Callable[..., Any] | None:
        if not _is_ours(frame) or not frame.f_code.co_filename.startswith(self._traced):
            return None
        self._come_to(frame, event)
        return self._line

    def _line(self, frame: FrameType, event: str, _: Any) -> Callable[..., Any]:
        self._come_to(frame, event)
        return self._line

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        if self._busy or threading.get_ident() != self._thread or not _has_effect(event, args):
            return
        self._busy = True  # asking for the frame is an event itself
        frame: FrameType | None = sys._getframe(1)
        self._busy = False
        ours = _ours(frame)
        if ours is not None:
            self._come_to(ours, event)
            self.effects += 1

    def _call(self, frame: FrameType, event: str, called: Any) -> None:
        """Between two effects of one library call, too: a file that is open and not yet written is a step."""
        if self._busy or event != "c_call" or not _may_have_effect(called):
            return
        ours = _ours(frame)
        if ours is not None:
            self._come_to(ours, f"calls {called.__name__}")

    def _come_to(self, frame: FrameType, event: str) -> None:
        if self._busy:
            return
        where = f"{frame.f_code.co_filename.removeprefix(PRODUCT)}:{frame.f_lineno} {event}"
        self._times[where] += 1
        self._busy = True
        self._met(Spot(where, self._times[where]))
        self._busy = False


def _ours(frame: FrameType | None) -> FrameType | None:
    """The frame of the product that called, itself or through libraries."""
    while frame is not None and not _is_ours(frame):
        frame = frame.f_back
    return frame


def _is_ours(frame: FrameType) -> bool:
    file = frame.f_code.co_filename
    return file.startswith(PRODUCT) and not file.startswith(EMULATOR)


def _has_effect(event: str, args: tuple[Any, ...]) -> bool:
    if event == "open":
        return isinstance(args[2], int) and bool(args[2] & _WRITING)
    return event.startswith(("os.", "shutil.")) and event not in ("os.listdir", "os.scandir", "os.walk")


def _may_have_effect(called: Any) -> bool:
    return isinstance(getattr(called, "__self__", None), io.IOBase) or getattr(called, "__module__", "") == "posix"


def die() -> None:
    """Be killed, as by the kernel: nothing is unwound, closed or flushed."""
    os.kill(os.getpid(), signal.SIGKILL)
