"""Which of the things that were found are wanted: by patterns on their names and addresses."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Wanted:
    """Patterns as a shell's (`*`, `?`, `[…]`), for a whole name or address, without regard to case.

    What an `include` fits is wanted, or everything where there is none; what an `exclude` fits is not.
    """

    include: Sequence[str] = ()
    exclude: Sequence[str] = ()
    _includes: Sequence[re.Pattern[str]] = field(init=False, repr=False, compare=False)
    _excludes: Sequence[re.Pattern[str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_includes", _compiled(self.include))
        object.__setattr__(self, "_excludes", _compiled(self.exclude))

    def takes(self, *texts: str) -> bool:
        """Whether something that goes by these texts is wanted."""
        included = not self._includes or _any(self._includes, texts)
        return included and not _any(self._excludes, texts)


def _compiled(patterns: Sequence[str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(fnmatch.translate(pattern.strip()), re.IGNORECASE) for pattern in patterns)


def _any(patterns: Sequence[re.Pattern[str]], texts: Sequence[str]) -> bool:
    return any(pattern.match(text) for pattern in patterns for text in texts)
