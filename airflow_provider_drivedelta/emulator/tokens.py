"""Delta tokens: where an enumeration stands, in the opaque spelling that business drives use.

Decoded, one reads ``4;%23;%231;3;{guid};{ticks};{change};…``: a SharePoint change token between two positions. Ours
carries all that is needed to answer it, so that no enumeration is kept in memory and the same token always gets the
same answer.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_DOTNET_EPOCH = datetime(1, 1, 1, tzinfo=UTC)
_SPELLING = re.compile(
    r"4;%23(?P<since>\d+);%231;(?P<epoch>\d+);(?P<log>[0-9a-f-]{36});(?P<ticks>\d+);(?P<upto>\d+);%23;%23;%23(?P<after>-?\d+)"
)
BROKEN = -1
"""As ``after``: a place that answers 500, as the ``Location`` of a real 410 once did."""


class MalformedToken(ValueError):
    """Not a token of ours at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeltaToken:
    """Tells what changed after ``since`` in its form at ``upto``, from the position ``after`` on.

    ``upto`` 0 is a token to resume from: its enumeration begins when it is used. ``log`` and ``epoch`` say which change
    log it belongs to and how often that log's tokens had been expired when it was issued.
    """

    log: str
    epoch: int
    issued: datetime
    since: int = 0
    upto: int = 0
    after: int = 0

    @property
    def starts(self) -> bool:
        """Whether an enumeration begins here, rather than going on."""
        return not self.upto

    def encode(self) -> str:
        ticks = (self.issued - _DOTNET_EPOCH) // timedelta(microseconds=1) * 10
        text = f"4;%23{self.since};%231;{self.epoch};{self.log};{ticks};{self.upto};%23;%23;%23{self.after}"
        return base64.urlsafe_b64encode(text.encode("ascii")).decode("ascii").rstrip("=")


def decode(text: str) -> DeltaToken:
    found = _SPELLING.fullmatch(_unwrapped(text))
    if found is None:
        raise MalformedToken("Provided sync token is malformed.")
    return DeltaToken(
        log=found["log"],
        epoch=int(found["epoch"]),
        issued=_DOTNET_EPOCH + timedelta(microseconds=int(found["ticks"]) // 10),
        since=int(found["since"]),
        upto=int(found["upto"]),
        after=int(found["after"]),
    )


def _unwrapped(text: str) -> str:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return ""
