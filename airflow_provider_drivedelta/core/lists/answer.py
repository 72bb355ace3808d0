"""One answer of GetListItemChangesSinceToken, over REST or SOAP, into the facts it states.

The two wrap the same in different namespaces, so elements go by their local names; only rows go by namespace.
Nothing is decided here: a token that was refused, a list that was restored, a schema that changed are told to the
protocol, which knows what was asked.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from airflow_provider_drivedelta.core.errors import BrokenFeed, DriveDeltaError, RetryLater
from airflow_provider_drivedelta.core.lists.answer_events import AnswerEvents, ItemChange
from airflow_provider_drivedelta.core.lists.faults import Fault, fault_in_json, fault_in_text
from airflow_provider_drivedelta.core.lists.fields import ListSchema
from airflow_provider_drivedelta.core.lists.raw_rows import RawRows
from airflow_provider_drivedelta.core.lists.regular_rows import cut_out
from airflow_provider_drivedelta.core.rowset.decode import is_utf8
from airflow_provider_drivedelta.core.rowset.xml import Limits, Repairs, parse

_LIMITS = Limits(size=128 << 20)
"""A page is at most some thousands of rows; of this size it would be a full one of rows of 25 KB."""


@dataclass(frozen=True, slots=True)
class ListAnswer:
    """What one answer says."""

    token: str | None = None
    """LastChangeToken; an answer without one, and without a fault, means that the token sent was bad."""
    more: bool = False
    """MoreChanges: ask again with the new token. Only ever set where a token was sent."""
    position: str | None = None
    """ListItemCollectionPositionNext: where the next page of a full read starts, unescaped."""
    changes: Sequence[ItemChange] = ()
    """What happened to items beside the rows, in their order."""
    schema: ListSchema | None = None
    """The list itself: in the first answer of a full read, and in a token answer when it changed."""
    rows: RawRows = field(default_factory=RawRows)
    has_rows_element: bool = False
    """Whether there was an `rs:data`, even an empty one."""
    fault: Fault | None = None
    repairs: Repairs | None = None
    """What had to be mended to read it, where anything had."""

    @property
    def token_refused(self) -> bool:
        """The token sent is expired or of another list (B8): an `InvalidToken` in an answer of status 200."""
        return any(change.type == "InvalidToken" for change in self.changes)

    @property
    def list_restored(self) -> bool:
        """The whole list came back from a backup: a `Restore` that names no item."""
        return any(change.type == "Restore" and change.id is None for change in self.changes)


def read_answer(body: bytes, *, where: str) -> ListAnswer:
    """Read one body, whatever its status was; an error the service states is a `fault`, not an exception.

    :raises RetryLater: empty, cut, an HTML page, not UTF-8: nothing that SharePoint itself would say.
    :raises BrokenFeed: a DOCTYPE, beyond a limit, broken beyond mending, or XML of something else.
    """
    start = body.removeprefix(BOM_UTF8).lstrip()[:1]
    if start and start not in b"<\xff\xfe":
        return ListAnswer(fault=fault_in_json(body) or fault_in_text(body))
    events, repairs, rows = _with_rows_at_once(body, where) or _row_by_row(body, where)
    if events.fault:
        return ListAnswer(fault=events.fault)
    if not events.has_list_items:
        raise BrokenFeed("The XML is no answer to a question for a list's changes", where=where)
    if repairs.invalid_bytes:
        # SharePoint's writer cannot make them, so they came on the way; mended, they would stay in the rows for good.
        raise RetryLater("The list's answer is not UTF-8", where=where)
    return ListAnswer(
        token=events.token or None,
        more=events.more,
        position=events.position or None,
        changes=tuple(events.changes),
        schema=events.schema,
        rows=rows,
        has_rows_element=events.has_rows_element,
        repairs=repairs if repairs else None,
    )


_Read = tuple[AnswerEvents, Repairs, RawRows]


def _row_by_row(body: bytes, where: str) -> _Read:
    events, repairs = parse(body, partial(AnswerEvents, where), where=where, limits=_LIMITS)
    return events, repairs, events.rows.rows()


def _with_rows_at_once(body: bytes, where: str) -> _Read | None:
    """The same in a third of the time, for rows of the usual form; None where anything is unusual."""
    cut = cut_out(body) if len(body) <= _LIMITS.size and is_utf8(body) else None
    if cut is None:
        return None
    try:
        events, repairs, sample = _row_by_row(cut.around, where)
    except DriveDeltaError:
        return None
    if repairs or not cut.rows.begins_with(sample):
        return None
    return events, repairs, cut.rows
