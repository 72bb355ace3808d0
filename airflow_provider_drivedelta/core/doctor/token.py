"""What an access token says of itself. It is read to be shown, never to be trusted: only the service can check it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

_LONGEST = 65_536  # characters of a token; real ones have some thousand
_MOST = 100  # roles
_LONGEST_WORD = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """The token's own words, each empty where it has none.

    :param roles: permissions of an application; `scopes`: what a person lets an application do.
    :param certified: whether an application proved itself with a certificate or an assertion, not a secret; None where
        it is not said.
    """

    audience: str = ""
    tenant: str = ""
    app: str = ""
    app_name: str = ""
    person: str = ""
    roles: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    certified: bool | None = None
    expires: datetime | None = None

    @property
    def permissions(self) -> tuple[str, ...]:
        return self.roles or self.scopes


def read_claims(token: str) -> Claims | None:
    """None for a token that says nothing, as those of personal accounts do."""
    parts = token.split(".")
    if len(token) > _LONGEST or len(parts) != 3:
        return None
    try:
        padded = parts[1] + "=" * (-len(parts[1]) % 4)
        told = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        return None
    return _claims(told) if isinstance(told, dict) else None


def _claims(told: Mapping[str, object]) -> Claims:
    proof = _word(told.get("appidacr")) or _word(told.get("azpacr"))  # tokens of version 1 and 2
    return Claims(
        audience=_word(told.get("aud")),
        tenant=_word(told.get("tid")),
        app=_word(told.get("appid")) or _word(told.get("azp")),
        app_name=_word(told.get("app_displayname")),
        person=_word(told.get("upn")) or _word(told.get("preferred_username")),
        roles=_words(told.get("roles")),
        scopes=_words(_word(told.get("scp"), longest=_LONGEST_WORD * _MOST).split()),
        certified={"1": False, "2": True}.get(proof),
        expires=_time(told.get("exp")),
    )


def _word(value: object, *, longest: int = _LONGEST_WORD) -> str:
    """What can be printed without playing tricks on a terminal."""
    return value[:longest] if isinstance(value, str) and value.isprintable() else ""


def _words(value: object) -> tuple[str, ...]:
    found = map(_word, value[:_MOST]) if isinstance(value, list) else ()
    return tuple(word for word in found if word)


def _time(value: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(value, UTC) if isinstance(value, int) else None
    except (ValueError, OverflowError, OSError):
        return None
