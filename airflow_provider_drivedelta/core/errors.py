"""Every error of the product, grouped by what to do next.

DriveDeltaError
├── RetryLater     nothing is wrong with us: the same run may succeed later, from the same token
│   └── LostRace       another run of the feed published first
├── FixSetup       a person must change something: a permission, a setting, a path
│   └── NeedsReload    the token is dead, and the feed is set not to read everything by itself
├── BrokenFeed     the service contradicts itself or the data at rest is damaged: look before going on
└── StartOver      the token is dead: read everything; never leaves `pull`
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from airflow_provider_drivedelta.core.changes import Page

Flavour = Literal["apply", "upload"]


class DriveDeltaError(Exception):
    """What happened, where, and what to do next; never holds a token, a secret or a full link.

    :param what: what happened, as a clause without a full stop.
    :param where: the drive, list, file or address it happened at; left out when `what` says it.
    :param then: what the reader should do now, as a sentence.
    """

    exit_status = 1

    def __init__(self, what: str, *, where: str = "", then: str = "") -> None:
        self.what, self.where, self.then = what, where, then
        place = f" ({where})" if where else ""
        super().__init__(f"{what}{place}. {then}".rstrip())


class RetryLater(DriveDeltaError):
    """The same run may succeed later; the stored token is where it was.

    `after` is how many seconds to stay away: as the service asked, where it throttles for longer than
    `max_wait`, or until a long read that another run has begun is free; None where nobody knows.
    `pages_kept` is how many pages of a long read wait for the next try, see `docs/long-reads.md`.
    """

    exit_status = 75  # EX_TEMPFAIL of sysexits.h

    def __init__(
        self, what: str, *, where: str = "", then: str = "", after: float | None = None, pages_kept: int = 0
    ) -> None:
        super().__init__(what, where=where, then=then or "Nothing is lost: the next try starts from the same token.")
        self.after, self.pages_kept = after, pages_kept


class LostRace(RetryLater):
    """Another run of the same feed published first; ours published nothing."""


class FixSetup(DriveDeltaError):
    """A person must change something; trying again as it stands cannot help."""

    exit_status = 3


class NeedsReload(FixSetup):
    """The token was refused and `on_resync` says not to start over in this run.

    `mark` is the same for every run that meets the same dead token: it names the one reload there should be.
    """

    def __init__(self, what: str, *, mark: str, where: str = "") -> None:
        then = "Run once with on_resync='inline', which reads everything again and publishes only differences."
        super().__init__(what, where=where, then=then)
        self.mark = mark


class BrokenFeed(DriveDeltaError):
    """What the service or the output says cannot be; going on could lose changes."""

    exit_status = 4


class StartOver(DriveDeltaError):
    """The service refused the token: everything must be read again. Caught inside `pull`.

    `flavour` is what the service said about local copies: with "apply" its answer is the whole
    truth, with "upload" it may itself have lost something. `location` is the link it offered;
    `page` the first page of everything, where the service sent that instead of a refusal.
    """

    exit_status = 4

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        flavour: Flavour = "apply",
        location: str | None = None,
        page: Page | None = None,
    ) -> None:
        super().__init__(what, where=where, then="Everything is read again.")
        self.flavour, self.location, self.page = flavour, location, page
