"""Mends XML that services are known to break, piece by piece, and counts what it mended.

| what is wrong | what becomes of it |
| --- | --- |
| an attribute given twice in one tag | the first value stays, as in HTML; the rest are dropped |
| a character that XML does not have, raw or as a reference | U+FFFD, so that its place can be seen |
| bytes that are no UTF-8 | U+FFFD |
| an astral character written as two references (`&#xD83D;&#xDE00;`) | the character |
| an ampersand that begins no reference | `&amp;` |
| a prefix of ADO (s, dt, rs, z) that is declared nowhere | declared on the root |

Anything else stays as it is, for expat to refuse. One pass, linear in the body, a piece in memory at a time.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import Final

from airflow_provider_drivedelta.core.errors import BrokenFeed

_PIECE: Final = 1 << 20
_NAMED: Final = 20
_MOST: Final = 1_000_000

ADO: Final = {
    "s": "uuid:BDC6E3F0-6DA3-11d1-A2A3-00AA00C14882",
    "dt": "uuid:C2F41010-65B3-11d1-A29F-00AA00C14882",
    "rs": "urn:schemas-microsoft-com:rowset",
    "z": "#RowsetSchema",
}

# Possessive, and bounded by the next "<" inside of a tag: no input makes this look at a byte more than twice.
_TOKEN: Final = re.compile(
    rb"""(?P<verbatim> <!--.*?(?:-->|\Z) | <!\[CDATA\[.*?(?:\]\]>|\Z) | <\?.*?(?:\?>|\Z) )
       | (?P<tag> <[^<>"'!?/\s][^<>"']*+ (?:(?:"[^"<]*+"|'[^'<]*+')[^<>"']*+)*+ > )
       | <?[^<]*+""",
    re.VERBOSE | re.DOTALL,
)
_ATTRIBUTE: Final = re.compile(rb"""(?<!\s)\s++([^\s=<>"'/]++)\s*+=\s*+("[^"]*"|'[^']*')""")
_REFERENCES: Final = re.compile(rb"(?:&\#(?:\d+|[xX][0-9a-fA-F]+);)+|&(?![A-Za-z_:][\w.:-]*;)")
_NUMBER: Final = re.compile(rb"#([xX]?)0*([0-9a-fA-F]*);")
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UNKNOWN: Final = "\ufffd"


@dataclass(frozen=True, slots=True)
class Repairs:
    """How often each thing was mended; false when the body was well-formed."""

    duplicates: int = 0
    """Attributes dropped because their tag had them already."""
    characters: int = 0
    """Characters that XML does not have, now U+FFFD, or joined from two halves."""
    invalid_bytes: int = 0
    """Sequences that are no UTF-8, now U+FFFD."""
    ampersands: int = 0
    prefixes: int = 0
    duplicated: tuple[str, ...] = ()
    """Names of the first few attributes that were given twice: their values are the first of two."""

    def __bool__(self) -> bool:
        return any((self.duplicates, self.characters, self.invalid_bytes, self.ampersands, self.prefixes))


@dataclass(slots=True)
class Mender:
    """One pass over a broken body; `repairs()` is complete once `mended()` is exhausted."""

    body: bytes
    where: str
    _counts: Counter[str] = field(default_factory=Counter)
    _duplicated: dict[str, None] = field(default_factory=dict)

    def repairs(self) -> Repairs:
        return Repairs(**self._counts, duplicated=tuple(self._duplicated))

    def _count(self, what: str, times: int = 1) -> None:
        self._counts[what] += times
        if self._counts[what] > _MOST:
            raise BrokenFeed(f"The XML is broken in more than {_MOST:,} places", where=self.where)

    def mended(self) -> Iterator[bytes]:
        """The mended body, in pieces that end between two tags."""
        parts: list[bytes] = []
        gathered = 0
        for part in self._mended_tokens():
            parts.append(part)
            gathered += len(part)
            if gathered >= _PIECE:
                yield self._with_xml_characters(b"".join(parts))
                parts, gathered = [], 0
        yield self._with_xml_characters(b"".join(parts))

    def _mended_tokens(self) -> Iterator[bytes]:
        at_root = True
        for token in _TOKEN.finditer(self.body):
            part = token[0]
            if token.lastgroup == "tag":
                part = self._without_duplicates(part)
                if at_root:
                    at_root, part = False, self._with_prefixes(part)
            if b"&" in part and token.lastgroup != "verbatim":
                part = _REFERENCES.sub(self._legal_references, part)
            yield part

    def _without_duplicates(self, tag: bytes) -> bytes:
        names = [name for name, _ in _ATTRIBUTE.findall(tag)]
        if len(set(names)) == len(names):
            return tag
        seen: set[bytes] = set()

        def first_only(attribute: re.Match[bytes]) -> bytes:
            if attribute[1] not in seen:
                seen.add(attribute[1])
                return attribute[0]
            self._count("duplicates")
            if len(self._duplicated) < _NAMED:
                self._duplicated[attribute[1].decode("utf-8", "replace")] = None
            return b""

        return _ATTRIBUTE.sub(first_only, tag)

    def _with_prefixes(self, root: bytes) -> bytes:
        declared = b""
        for prefix, uri in ADO.items():
            used = re.search(rb"[<\s]%s:" % prefix.encode(), self.body)
            if used and not re.search(rb"\sxmlns:%s\s*=" % prefix.encode(), self.body):
                declared += f" xmlns:{prefix}='{uri}'".encode()
                self._count("prefixes")
        end = -2 if root.endswith(b"/>") else -1
        return root[:end] + declared + root[end:]

    def _legal_references(self, found: re.Match[bytes]) -> bytes:
        if found[0] == b"&":
            self._count("ampersands")
            return b"&amp;"
        return "".join(self._legal(_codes(found[0]))).encode()

    def _legal(self, codes: Iterator[int]) -> Iterator[str]:
        low_half_taken = False
        for code, following in pairwise(chain(codes, (0,))):
            if low_half_taken:
                low_half_taken = False
            elif code < 0x110000 and not _NOT_XML.match(chr(code)):
                yield f"&#{code};"
            else:
                self._count("characters")
                low_half_taken = 0xD800 <= code < 0xDC00 <= following < 0xE000
                yield chr(0x10000 + (code - 0xD800 << 10) + following - 0xDC00) if low_half_taken else _UNKNOWN

    def _with_xml_characters(self, piece: bytes) -> bytes:
        text = piece.decode("utf-8", "replace")
        self._count("invalid_bytes", text.count(_UNKNOWN) - piece.count(_UNKNOWN.encode()))
        text, replaced = _NOT_XML.subn(_UNKNOWN, text)
        self._count("characters", replaced)
        return text.encode()


def _codes(references: bytes) -> Iterator[int]:
    """The code points of a run of references; numbers too long to be one count as beyond Unicode."""
    for found in _NUMBER.finditer(references):
        base = 16 if found[1] else 10
        yield int(found[2] or b"0", base) if len(found[2]) < 8 else 0x110000
