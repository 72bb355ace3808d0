"""A certificate as it comes out of forms and files: PEM mended where a form flattened it, or a PFX; or refused."""

from __future__ import annotations

import base64
import binascii
import re
import textwrap
from pathlib import Path

from airflow_provider_drivedelta.core.errors import FixSetup

_BLOCK = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", re.DOTALL)
_LINE = 64  # characters, RFC 7468 section 2
_LONGEST = 1 << 20  # bytes; whole chains have some thousand


def certificate_file(path: str, field: str, where: str) -> bytes:
    """:raises FixSetup: the file cannot be read, or is far too large for a certificate."""
    try:
        with Path(path).open("rb") as file:
            content = file.read(_LONGEST + 1)
    except OSError as error:
        what = f"{field}: {path} cannot be read ({error.strerror})"
        raise FixSetup(what, where=where, then="The file must be on every worker, readable to Airflow.") from None
    if len(content) > _LONGEST:
        raise FixSetup(f"{field}: {path} is too large for a certificate", where=where, then="Name another file.")
    return content


def pasted_pfx(text: str) -> bytes | None:
    """What a text in base64 holds; None if it is none, or PEM."""
    try:
        return None if "-----" in text else base64.b64decode("".join(text.split()), validate=True) or None
    except (binascii.Error, ValueError):
        return None


def mended_pem(text: str) -> str:
    r"""The text with its line breaks back: password fields drop them, environment variables say `\n`."""
    text = text.replace("\\n", "\n")
    return text if "\n" in text.strip() else "".join(_wrapped(block) for block in _BLOCK.finditer(text)) or text


def check_pem(text: str, field: str, where: str) -> str:
    """:raises FixSetup: it is not a private key together with its certificate."""
    kinds = [block[1] for block in _BLOCK.finditer(text)]
    if not kinds:
        raise FixSetup(f"{field} is neither PEM text nor a PFX", where=where, then="Give key and certificate in one.")
    if not any(kind.endswith("PRIVATE KEY") for kind in kinds):
        raise FixSetup(f"{field} holds no private key", where=where, then="Give key and certificate in one text.")
    if "CERTIFICATE" not in kinds:
        raise FixSetup(f"{field} holds no certificate", where=where, then="Give key and certificate in one text.")
    return text


def _wrapped(block: re.Match[str]) -> str:
    body = "\n".join(textwrap.wrap(re.sub(r"\s", "", block[2]), _LINE))
    return f"-----BEGIN {block[1]}-----\n{body}\n-----END {block[1]}-----\n"
