"""Errors that SharePoint puts where an answer should be: SOAP faults, REST errors in XML or JSON, bare texts."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from airflow_provider_drivedelta.core.changes import Json

Form = Literal["soap", "xml", "json", "text"]
Meaning = Literal["token", "threshold", "no list", "no folder", "other"]

_LONGEST = 500  # characters of a message that a person will read
_LARGEST_JSON = 1 << 20
_CHANGE_TOKEN = re.compile(r"\d+;\d+;[0-9a-fA-F-]{36};-?\d+;-?\d+")
_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
# What looks like a credential: by its name, as sign-in services issue them, or longer than any GUID or field's name.
_SECRET = re.compile(
    r"\bbearer\s+\S+|\b\w*(?:token|tempauth|secret|password)=[^\s&]+|\beyJ[\w.~+/=-]+|[\w+=~-]{40,}", re.IGNORECASE
)

# HRESULTs and exception types, as REST, CSOM and SOAP name them.
_MEANINGS: Mapping[str, Meaning] = {
    "-2130575172": "token",  # older than the change log
    "-2130575173": "token",  # of another list
    "Microsoft.SharePoint.SPInvalidChangeTokenException": "token",
    "-2146233086": "token",  # ArgumentOutOfRange: malformed
    "System.ArgumentOutOfRangeException": "token",
    "System.FormatException": "token",
    "System.InvalidOperationException": "token",
    "-2147024860": "threshold",
    "Microsoft.SharePoint.SPQueryThrottledException": "threshold",
    "0x80070024": "threshold",
    "0x82000006": "no list",
    "-2130575322": "no list",
    "-2147024894": "no folder",
    "System.IO.FileNotFoundException": "no folder",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What the service says went wrong."""

    form: Form
    code: str
    """The number alone: `-2147024860`, `0x82000006`; empty where none is told."""
    type: str
    """The exception's type, where one is told."""
    message: str
    """At most 500 characters, without links and what looks like a credential."""

    @property
    def meaning(self) -> Meaning:
        """What the code or else the type stands for; messages are translated and decide nothing."""
        return _MEANINGS.get(self.code) or _MEANINGS.get(self.type, "other")


def fault(form: Form, code: str, message: str) -> Fault:
    """:param code: as REST writes it, `<number>, <exception type>`, or a number alone."""
    number, _, kind = (part.strip() for part in code.partition(","))
    return Fault(form, number[:_LONGEST], kind[:_LONGEST], _readable(message))


def fault_in_json(body: bytes) -> Fault | None:
    """The error that a JSON body holds, verbose or not; None where it holds none."""
    if len(body) > _LARGEST_JSON:
        return None
    try:
        said = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    error = _inside(said, "error") or _inside(said, "odata.error")
    if error is None:
        return None
    message = error.get("message")
    text = message.get("value") if isinstance(message, Mapping) else message
    return fault("json", _text(error.get("code")), _text(text))


def fault_in_text(body: bytes) -> Fault:
    """A bare text where an answer was due."""
    return fault("text", "", body[: 4 * _LONGEST].decode("utf-8", "replace"))


def _inside(said: Json, name: str) -> Mapping[str, Json] | None:
    found = said.get(name) if isinstance(said, Mapping) else None
    return found if isinstance(found, Mapping) else None


def _text(value: Json) -> str:
    return str(value) if isinstance(value, str | int) else ""


def _readable(message: str) -> str:
    plain = " ".join(message[: 4 * _LONGEST].split())
    return _SECRET.sub("<secret>", _LINK.sub("<link>", _CHANGE_TOKEN.sub("<token>", plain)))[:_LONGEST]
