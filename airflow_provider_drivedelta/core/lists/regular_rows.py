"""Rows in the one form in which SharePoint writes them, cut out of an answer all at once.

    <z:row ows_ID='1' ows_Title='x' />␍␊<z:row ows_ID='2' … />␍␊</rs:data>

An answer is nearly all rows, and a Python list for each would cost more than all that is done with them later. Between
quotes stand the values; between values one of a few texts, such as ` ows_Title=`. Once each of these is found to be of
the form above, the values are known for what they are. Whatever departs from the form in the least is refused, and
expat reads it from the start: quotes of two kinds, a comment, a prefix, a character or a reference that XML does not
have, an attribute given twice. What is around the rows goes to expat in any case, with the first row as a sample.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from airflow_provider_drivedelta.core.errors import BrokenFeed
from airflow_provider_drivedelta.core.lists.raw_rows import Cells, RawRows, together
from airflow_provider_drivedelta.core.lists.references import GONE, NoReference, written_out

if TYPE_CHECKING:  # only the stubs know what an array holds
    TextArray = pa.Array[Any]
    Numbers = NDArray[np.int64]

_ROW, _END = b"<z:row ", b"</rs:data>"
_FIRST = re.compile(rb"<z:row[ \t\r\n]+(ows_[\w.-]+)=(['\"])")
_BETWEEN = re.compile(rb"([ \t\r\n]*/>[ \t\r\n]*<z:row)?[ \t\r\n]+(ows_[\w.-]+)=")
_AFTER = re.compile(rb"[ \t\r\n]*/>[ \t\r\n]*")
_MARK = b"\0"  # for a quote: XML cannot have it
_LEFT_OUT = _MARK + bytes([GONE])
_FIRST_CHARACTER = 0x20  # those before are controls
_NO_CHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")  # U+FFFE and U+FFFF
_MOST_FORMS = 4_096
_AT_ONCE = 1 << 21  # bytes: a price a call is to be paid, too


class _Irregular(ValueError):
    """The rows are of another form."""


@dataclass(frozen=True, slots=True)
class Cut:
    """An answer taken apart."""

    around: bytes
    """The answer without its rows, but for the first."""
    rows: RawRows


def cut_out(body: bytes) -> Cut | None:
    """The rows of an answer in UTF-8, and what is around them; None where they must be read one by one."""
    start, end = body.find(_ROW), body.rfind(_END)
    if not 0 < start < end or b"<!" in body[:start] or body.count(b"<", start, end) != body.count(_ROW, start, end):
        return None
    second = body.find(_ROW, start + 1, end)
    try:
        rows = together([_rows(some) for some in _blocks(body, start, end)])
    except (_Irregular, NoReference, pa.ArrowInvalid, BrokenFeed):
        return None
    return Cut(body[: second if second > 0 else end] + body[end:], rows)


def _blocks(body: bytes, start: int, end: int) -> Iterator[bytes]:
    """A thousand rows or so at a time: what becomes of them stays small, whatever the size of the page."""
    while start < end:
        found = body.find(_ROW, start + _AT_ONCE, end)
        stop = found if found > 0 else end
        yield body[start:stop]
        start = stop


def _rows(rows: bytes) -> RawRows:
    first = _FIRST.match(rows)
    if not first:
        raise _Irregular
    texts = _between_quotes(rows, first[2])
    codes, forms = _forms(texts)
    _check(rows, rows[rows.rindex(first[2]) + 1 :], forms, np.bincount(codes, minlength=len(forms)))
    names = {name: number for number, name in enumerate(dict.fromkeys([first[1], *(form.name for form in forms)]))}
    begins = np.array([form.begins_row for form in forms], np.int64)[codes]
    cells = Cells(
        texts=texts,
        at=np.arange(0, len(texts), 2),
        columns=np.append(0, np.array([names[form.name] for form in forms], np.int64)[codes]),
        rows=np.append(0, np.cumsum(begins)),
        count=1 + int(begins.sum()),
        names=[name.decode() for name in names],
    )
    found = cells.laid_out()
    if sum(len(column) - column.null_count for column in found.columns.values()) != len(cells.at):
        raise _Irregular  # an attribute is there twice
    return found


def _forms(texts: TextArray) -> tuple[Numbers, Sequence[_Form]]:
    """What stands between the values: a number for each place, and what the numbers mean."""
    between = texts.take(cast(Any, pa.array(np.arange(1, len(texts), 2)))).dictionary_encode()
    if len(between.dictionary) > _MOST_FORMS:
        raise _Irregular
    return between.indices.to_numpy(), [_Form.of(str(text).encode()) for text in between.dictionary]


def _between_quotes(rows: bytes, quote: bytes) -> TextArray:
    """The texts from the first quote to the last: a value, what is between, a value …"""
    written = written_out(rows.replace(quote, _MARK))
    view = np.frombuffer(written, np.uint8)
    left_out = np.flatnonzero(view <= GONE)
    marks = np.flatnonzero(view[left_out] == 0)  # among what is left out, so that each has moved by its number
    if len(marks) % 2 or (np.diff(marks)[1::2] > 1).any():
        raise _Irregular  # a reference stands between the values, or a quote among them
    ends = (left_out[marks] - marks).astype(np.int32)
    text = written.translate(None, _LEFT_OUT)
    texts: TextArray = pa.StringArray.from_buffers(len(ends) - 1, pa.py_buffer(cast(Any, ends)), pa.py_buffer(text))
    texts.validate(full=True)  # that it is UTF-8
    return texts


@dataclass(frozen=True, slots=True)
class _Form:
    """One of the texts between two values."""

    name: bytes
    """Of the attribute that follows."""
    begins_row: bool
    controls: int
    """White space other than blanks."""

    @classmethod
    def of(cls, text: bytes) -> _Form:
        found = _BETWEEN.fullmatch(text)
        if not found:
            raise _Irregular
        return cls(found[2], bool(found[1]), _controls(text))


def _check(rows: bytes, after: bytes, forms: Sequence[_Form], times: Numbers) -> None:
    """That nothing begins inside of a value, and no value has a character in it that XML changes or does not have."""
    begun = 1 + sum(int(count) for form, count in zip(forms, times, strict=True) if form.begins_row)
    between = sum(form.controls * int(count) for form, count in zip(forms, times, strict=True))
    if rows.count(b"<") != begun or not _AFTER.fullmatch(after):
        raise _Irregular
    if _controls(rows) != between + _controls(after):
        raise _Irregular
    if b"\xef" in rows and any(character in rows for character in _NO_CHARACTERS):
        raise _Irregular


def _controls(text: bytes) -> int:
    return int(np.count_nonzero(np.frombuffer(text, np.uint8) < _FIRST_CHARACTER))
