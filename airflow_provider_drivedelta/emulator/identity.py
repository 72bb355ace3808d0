"""Ids in the shapes of the two kinds of drive, drawn from seeds so that they come out the same in every process."""

import base64
import hashlib
import uuid
from enum import Enum

# Every business root id ends like this, whatever the drive (seen in many public issues).
_BUSINESS_ROOT_TAIL = "V6Y2GOVW7725BZO354PWSELRRZ"


class Flavour(Enum):
    BUSINESS = "business"
    PERSONAL = "personal"


def drive_id(flavour: Flavour, seed: str) -> str:
    """``b!`` and 64 characters, or the 16 hex digits of a personal account (its CID)."""
    if flavour is Flavour.PERSONAL:
        return _digest("drive", seed).hex()[:16].upper()
    letters = base64.urlsafe_b64encode(_digest("drive", seed) + _digest("site", seed)).decode("ascii")
    return "b!" + letters[:64]


def root_id(flavour: Flavour, drive: str) -> str:
    if flavour is Flavour.PERSONAL:
        return f"{drive}!s{_digest('root', drive).hex()[:32]}"
    return _business_prefix(drive) + _BUSINESS_ROOT_TAIL


def item_id(flavour: Flavour, drive: str, seed: str) -> str:
    digest = _digest("item", drive, seed)
    if flavour is Flavour.PERSONAL:
        return f"{drive}!{int.from_bytes(digest[:6], 'big')}"
    return _business_prefix(drive) + base64.b32encode(digest).decode("ascii")[:26]


def guid(*seed: str) -> str:
    return str(uuid.UUID(bytes=_digest("guid", *seed)[:16]))


def _business_prefix(drive: str) -> str:
    return "01" + base64.b32encode(_digest("prefix", drive)).decode("ascii")[:6]


def _digest(*parts: str) -> bytes:
    return hashlib.sha256("\n".join(parts).encode()).digest()
