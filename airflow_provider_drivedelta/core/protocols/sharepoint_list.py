"""SharePoint REST `GetListItemChangesSinceToken`: the change feed of a list, in ADO rowset XML.

A full read first asks what fields there are, then pages by position; the token it ends with is the first one told, so
that what changes meanwhile is told again. An increment goes on while there are more changes, forty items at a time,
then asks for what the change log names without sending it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from airflow_provider_drivedelta.core.changes import Answer, Page, Request, Token
from airflow_provider_drivedelta.core.errors import BrokenFeed, StartOver
from airflow_provider_drivedelta.core.lists.answer import ListAnswer, read_answer
from airflow_provider_drivedelta.core.lists.asked import asked_fields
from airflow_provider_drivedelta.core.lists.raw_rows import RawRows
from airflow_provider_drivedelta.core.lists.row_facts import folders_in, ids_of, only
from airflow_provider_drivedelta.core.protocols.change_log import Told, check_token_age, take_in
from airflow_provider_drivedelta.core.protocols.list_calls import ListCalls
from airflow_provider_drivedelta.core.protocols.list_step import Doing, Step, read_step
from airflow_provider_drivedelta.core.protocols.sharepoint_errors import explain, fault_of, is_no_folder

AT_ONCE = 100
"""Items asked for by id in one request."""
_REPORT = "Nothing was published and the token was kept. If the next run ends the same way, report it."


@dataclass(frozen=True, slots=True, kw_only=True)
class ListChanges(ListCalls):
    """The protocol, bound to one list and scope."""

    name: str = "sharepoint"
    tells_restored: bool = True

    def first(self) -> Request:
        return self._for_schema(Step(doing="schema", goal="all"))

    def latest(self) -> Request:
        return self._for_schema(Step(doing="schema", goal="latest"))

    def since(self, token: Token) -> Request:
        if not self.known_fields:
            return self._for_schema(Step(doing="schema", goal="changes", since=token))
        return self._for_changes(Step(doing="changes", since=token, fields=tuple(self.known_fields)))

    def item(self, item_id: str) -> Request:
        """:raises ValueError: the fields are not known, or that is no number of an item."""
        if not self.known_fields:
            raise ValueError("An item can only be asked for with the fields of the feed (known_fields).")
        return self._for_items(Step(doing="item", asked=(int(item_id),), fields=tuple(self.known_fields)))

    def read_item(self, answer: Answer) -> RawRows | None:
        step = read_step(answer.note)
        found = only(self._said(answer, step).rows, frozenset(step.asked))
        return found if found.count else None

    def present(self, item_ids: Sequence[str]) -> Iterator[Request]:
        at_once = min(AT_ONCE, self.row_limit or AT_ONCE)  # no more than come in one page
        for start in range(0, len(item_ids), at_once):
            asked = tuple(map(int, item_ids[start : start + at_once]))
            yield self._for_kinds(Step(doing="item", asked=asked))

    def read_present(self, answer: Answer) -> Collection[str]:
        return [str(number) for number in ids_of(self._said(answer, read_step(answer.note)).rows)]

    def read(self, answer: Answer) -> Page:
        step = read_step(answer.note)
        turns: Mapping[Doing, Callable[[Answer, Step], Page]] = {
            "schema": self._read_schema,
            "all": self._read_all,
            "changes": self._read_changes,
            "ids": self._read_items,
            "kinds": self._read_kinds,
            "below": self._read_folder,
        }
        page = turns[step.doing](answer, step)
        return replace(page, received_at=answer.received_at, dated=answer.dated)

    def _read_schema(self, answer: Answer, step: Step) -> Page:
        said = self._said(answer, step)
        if said.schema is None:
            raise BrokenFeed("The list does not say what fields it has", where=answer.where, then=_REPORT)
        fields = asked_fields(said.schema.fields, self.fields)
        # Its one row is left to the pages: it has no more of an item than the number.
        if step.goal == "changes":
            request = self._for_changes(Step(doing="changes", since=step.since, fields=fields))
            return Page(RawRows(), next=request, schema=said.schema)
        token = _token(said, answer)
        if step.goal == "latest":
            return Page(RawRows(), token=Token(token), schema=said.schema)
        return Page(RawRows(), next=self._for_rows(Step(doing="all", token=token, fields=fields)), schema=said.schema)

    def _read_all(self, answer: Answer, step: Step) -> Page:
        said = self._said(answer, step)
        if said.position:
            return Page(said.rows, next=self._for_rows(step, said.position))
        return Page(said.rows, token=Token(step.token))

    def _read_changes(self, answer: Answer, step: Step) -> Page:
        said = self._said(answer, step)
        check_token_age(step.since, answer)
        told = take_in(said, step, where=answer.where)
        if not (step.token or said.token):
            raise StartOver("SharePoint answers without a token, as it does to one it cannot use", where=answer.where)
        # Pages by position are one answer: the first one's token is the older one, and misses nothing.
        after = replace(told.step, token=step.token or said.token or "", more=step.more or said.more)
        if said.position:
            return Page(said.rows, gone=told.gone, next=self._for_changes(after, said.position))
        after = replace(after, unsure=(*after.unsure, *after.asked), asked=())
        if not (after.more or after.waiting):
            return self._onward(said.rows, replace(told, step=after))
        asked, waiting = after.waiting[:AT_ONCE], after.waiting[AT_ONCE:]
        onward = replace(after, since=after.token, token="", more=False, asked=asked, waiting=waiting)
        return Page(said.rows, gone=told.gone, next=self._for_changes(onward))

    def _read_items(self, answer: Answer, step: Step) -> Page:
        """Items that did not come among the changes, though they were asked for: here, or gone from the scope."""
        said = self._said(answer, step)
        rows = only(said.rows, frozenset(step.asked))
        told = take_in(replace(said, rows=rows, changes=()), step, where=answer.where)
        if said.position and told.step.asked:
            return Page(rows, next=self._for_items(told.step, said.position))
        silent, after = told.step.asked, replace(told.step, asked=())
        return self._onward(rows, replace(told, step=after, silent=silent))

    def _read_folder(self, answer: Answer, step: Step) -> Page:
        after = Told(replace(step, folders=step.folders[1:]))
        if is_no_folder(answer):  # moved again: the change log has it, for the next increment
            return self._onward(RawRows(), after)
        said = self._said(answer, step)
        if said.position:
            return Page(said.rows, next=self._for_folder(step, said.position))
        return self._onward(said.rows, after)

    def _read_kinds(self, answer: Answer, step: Step) -> Page:
        """Whether something out of the scope is a folder, whose contents may be in it.

        :raises StartOver: it is one.
        """
        said = self._said(answer, step)
        rows = only(said.rows, frozenset(step.asked))
        if folders_in(rows):
            raise StartOver("A folder came back, moved or was renamed out of sight", where=answer.where)
        if said.position and len(rows) < len(step.asked):
            return Page(RawRows(), next=self._for_kinds(step, said.position))
        return self._onward(RawRows(), Told(replace(step, asked=())))

    def _onward(self, rows: RawRows, told: Told) -> Page:
        """The page, and what is asked next: for items by id, for what lies in folders, or nothing any more."""
        step, silent = told.step, told.silent
        if self.view:  # what a view filters is not known here, so nobody else can be asked
            step, silent = replace(step, unsure=()), (*silent, *step.unsure)
        if not step.unsure:  # whoever can still come has come
            step = replace(step, deep=(), hidden=() if self.whole else (*step.hidden, *step.deep))
        gone = (*told.gone, *map(str, silent))
        following = self._following(step)
        return Page(rows, gone=gone, next=following, token=None if following else Token(step.token))

    def _following(self, step: Step) -> Request | None:
        if step.unsure:
            asked, unsure = step.unsure[:AT_ONCE], step.unsure[AT_ONCE:]
            return self._for_items(replace(step, doing="ids", asked=asked, unsure=unsure))
        if step.hidden:
            asked, hidden = step.hidden[:AT_ONCE], step.hidden[AT_ONCE:]
            return self._for_kinds(replace(step, doing="kinds", asked=asked, hidden=hidden))
        if step.folders and self.recursive:
            return self._for_folder(replace(step, doing="below"))
        return None

    def _said(self, answer: Answer, step: Step) -> ListAnswer:
        """What the answer says, if it is one.

        :raises StartOver: the token is of no use any more, or a folder is too large to be read by itself.
        """
        said = read_answer(answer.body, where=answer.where) if answer.status == 200 else None
        if said is None or said.fault:
            fault = said.fault if said else fault_of(answer)
            if step.doing == "below" and fault and fault.meaning == "threshold":
                raise StartOver("A folder changed that holds too much to be read by itself", where=answer.where)
            raise explain(answer, fault, with_token=step.doing == "changes")
        if said.token_refused:
            raise StartOver("SharePoint no longer knows the token (InvalidToken)", where=answer.where)
        return said


def _token(said: ListAnswer, answer: Answer) -> str:
    if said.token is None:
        raise BrokenFeed("The list's answer holds no token to go on from", where=answer.where, then=_REPORT)
    return said.token
