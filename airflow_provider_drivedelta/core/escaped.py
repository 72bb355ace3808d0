"""Texts of the service as parts of an address."""

from __future__ import annotations

from urllib.parse import quote


def escaped(text: str, *, safe: str = "") -> str:
    """`text`, escaped but for letters, digits and what is `safe`.

    Half a surrogate pair, which JSON can hold and no address, becomes a question mark: nothing will be found there.
    """
    return quote(text, safe=safe, errors="replace")
