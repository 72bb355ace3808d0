"""Work done in a child that begins as a copy of this very process, and may be killed."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Ended(Generic[T]):
    """How a child ended: with a result, or by SIGKILL."""

    killed: bool
    result: T | None = None


class ChildFailed(AssertionError):
    """The work raised what it should not have."""


def in_child(work: Callable[[], T]) -> Ended[T]:
    """:raises ChildFailed: with the child's traceback."""
    sys.stdout.flush()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _report(work, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return Ended(killed=True)
    if not said:
        raise ChildFailed(f"a child ended with status {status} and said nothing")
    failure, result = pickle.loads(said)
    if failure:
        raise ChildFailed(failure)
    return Ended(killed=False, result=result)


def _report(work: Callable[[], object], writing: int) -> None:
    try:
        said = pickle.dumps(("", work()))
    except BaseException:
        said = pickle.dumps((traceback.format_exc(), None))
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(said)
    os._exit(0)  # the parent's own clean-up is not the child's
