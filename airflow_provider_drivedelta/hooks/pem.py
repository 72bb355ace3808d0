"""PEM text as it comes out of forms and files: mended where a form flattened it, refused where it is none."""

from __future__ import annotations

import re
import textwrap

from airflow_provider_drivedelta.core.errors import FixSetup

_BLOCK = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", re.DOTALL)
_LINE = 64  # characters, RFC 7468 section 2


def mended_pem(text: str) -> str:
    r"""The text with its line breaks back: password fields drop them, environment variables say `\n`."""
    text = text.replace("\\n", "\n")
    return text if "\n" in text.strip() else "".join(_wrapped(block) for block in _BLOCK.finditer(text)) or text


def check_pem(text: str, field: str, where: str) -> str:
    """:raises FixSetup: it is not a private key together with its certificate."""
    kinds = [block[1] for block in _BLOCK.finditer(text)]
    if not kinds:
        then = "From a .pfx or .p12 file: openssl pkcs12 -in FILE -out FILE.pem -nodes"
        raise FixSetup(f"{field} is no PEM text", where=where, then=then)
    if not any(kind.endswith("PRIVATE KEY") for kind in kinds):
        raise FixSetup(f"{field} holds no private key", where=where, then="Give key and certificate in one text.")
    if "CERTIFICATE" not in kinds:
        raise FixSetup(f"{field} holds no certificate", where=where, then="Give key and certificate in one text.")
    return text


def _wrapped(block: re.Match[str]) -> str:
    body = "\n".join(textwrap.wrap(re.sub(r"\s", "", block[2]), _LINE))
    return f"-----BEGIN {block[1]}-----\n{body}\n-----END {block[1]}-----\n"
