"""A person's sign-in in a file of their own, replaced in one step; for the command line."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from airflow_provider_drivedelta.core.errors import FixSetup

VERSION = 1
_LONGEST = 1 << 16  # bytes
_SIGN_IN = "Sign in once more with `drivedelta sign-in`."


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """What the file says: for whom, where, and the latest refresh token."""

    tenant_id: str
    client_id: str
    authority: str
    refresh_token: str = field(repr=False)
    version: int = VERSION


@dataclass(frozen=True, slots=True)
class SignInFile:
    """The file; nobody but its owner may read it. Several processes may share it."""

    path: Path

    def read(self) -> SignedIn:
        """:raises FixSetup: it is not there, others may read it, or it holds no sign-in."""
        where = str(self.path)
        try:
            with self.path.open("rb") as file:
                mode = os.fstat(file.fileno()).st_mode & 0o077
                text = file.read(_LONGEST)
        except OSError as error:
            what = f"The sign-in file cannot be read ({error.strerror})"
            raise FixSetup(what, where=where, then=_SIGN_IN) from None
        if mode:
            then = f"Take the rights away: chmod 600 {where}"
            raise FixSetup("Others may read or write the sign-in file", where=where, then=then)
        return _parse(text, where)

    def write(self, signed_in: SignedIn) -> None:
        """:raises FixSetup: the folder cannot be written to."""
        text = json.dumps(asdict(signed_in), indent=1)
        try:
            # mkstemp makes files that only their owner may read, and beside it, so that the rename is one step.
            number, draft = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")
        except OSError as error:
            what = f"The sign-in file cannot be written ({error.strerror})"
            raise FixSetup(what, where=str(self.path), then="Name a file in a folder of yours.") from None
        try:
            with os.fdopen(number, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, self.path)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(draft)
            raise

    def load(self) -> str:
        return self.read().refresh_token

    def save(self, fresh: str, *, replaces: str) -> None:
        found = self.read()
        if found.refresh_token == replaces:  # else another process was quicker, and its successor is as good as ours
            self.write(replace(found, refresh_token=fresh))


def _parse(text: bytes, where: str) -> SignedIn:
    try:
        found = SignedIn(**json.loads(text))
        texts = (found.tenant_id, found.client_id, found.authority, found.refresh_token)
        if found.version != VERSION or not all(isinstance(each, str) and each for each in texts):
            raise ValueError
    except (ValueError, TypeError, RecursionError):
        raise FixSetup("The sign-in file holds no sign-in", where=where, then=_SIGN_IN) from None
    return found
