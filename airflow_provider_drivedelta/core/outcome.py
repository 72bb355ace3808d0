"""What a run leaves behind: its commit, the record of its token, and its summary."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from airflow_provider_drivedelta.core.begin import Begin
from airflow_provider_drivedelta.core.lake.attempt import Attempt
from airflow_provider_drivedelta.core.lake.commits import Commit, token_hash
from airflow_provider_drivedelta.core.lake.fold import Counts, Fold, Question
from airflow_provider_drivedelta.core.lake.layers import write_layer
from airflow_provider_drivedelta.core.lake.publish import Increment, write_changes
from airflow_provider_drivedelta.core.lake.quarantine import write_quarantine
from airflow_provider_drivedelta.core.plan import Plan
from airflow_provider_drivedelta.core.reading import Read
from airflow_provider_drivedelta.core.summary import Summary
from airflow_provider_drivedelta.core.tokens import SavedToken
from airflow_provider_drivedelta.core.transport import Transport
from airflow_provider_drivedelta.version import __version__


def question(plan: Plan, head: Commit | None, start: Begin, read: Read, based_on: int | None = None) -> Question:
    """What the fold has to know of this run."""
    unsure = read.flavour == "upload" and plan.asked.on_unsure == "keep"
    since = head.partial_since if head else _first_since(read)
    return Question(
        full=read.full,
        number=start.number,
        now=plan.clock(),
        root=head.root_key if head else None,
        on_absent="keep" if unsure else "delete",
        partial_since=datetime.fromisoformat(since) if since else None,
        based_on=based_on,
        unreadable=tuple(read.stage.quarantine.open),
        blind=bool(read.stage.quarantine.nameless),
        scope=read.scope,
        repairs=read.kind == "reload",
    )


def _first_since(read: Read) -> str | None:
    """A feed that starts with a full read knows all; another only what changed since its first answer."""
    return None if read.full or read.began is None else read.began.isoformat()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A finished read and fold, with everything that has to be said about it."""

    plan: Plan
    protocol: str
    started: datetime
    head: Commit | None
    start: Begin
    read: Read
    fold: Fold | None
    """None where nothing came that could be folded."""

    @property
    def counts(self) -> Counts:
        return self.fold.counts if self.fold else Counts()

    @property
    def is_worth_a_commit(self) -> bool:
        """First reads and resyncs are by themselves: from here on all is known, by another token. Else what is news."""
        by_itself = self.read.kind in ("initial", "resync", "reload") and not self._is_overtaken
        quarantine = self.read.stage.quarantine
        moved = bool(quarantine.nameless) or set(quarantine.open.values()) != set(
            self.head.quarantined if self.head else ()
        )
        return by_itself or (self.fold is not None and self.fold.has_news) or moved or self.start.realign

    @property
    def _is_overtaken(self) -> bool:
        """Whether another run published meanwhile, after which all is known, as it was to be, and by a newer token."""
        if self.fold is None or self.head is None or self.fold.question.based_on is None:
            return False
        same = self.head.fingerprint == self.plan.fingerprint and self.head.partial_since is None
        return same and not self.fold.state.is_damaged

    def commit(self, attempt: Attempt) -> Commit:
        """The commit, with its files written under the attempt."""
        assert self.fold is not None  # what is worth a commit was folded
        # Never earlier than the commit before, whatever the clock does: readers prune by the date, replays by the time.
        now = max(self.plan.clock(), self.head.time) if self.head else self.plan.clock()
        captured = max(now.date(), self.head.date) if self.head else now.date()
        increment = Increment(
            number=self.start.number,
            attempt=attempt.id,
            feed=self.plan.feed.key,
            kind=self.read.kind,
            captured=captured,
        )
        state = write_layer(attempt.workplace, self.fold, attempt.id, self.plan.asked.compaction)
        return Commit(
            increment=increment.number,
            attempt=attempt.id,
            feed=self.plan.feed.key,
            source=self.plan.source,
            protocol=self.protocol,
            fingerprint=self.plan.fingerprint,
            kind=self.read.kind,
            token=self.read.token,
            started_from=token_hash(self.start.token),
            started_at=self.started.isoformat(),
            committed_at=now.isoformat(),
            captured_date=captured.isoformat(),
            counts=asdict(self.counts),
            files=write_changes(attempt.workplace, self.fold, increment),
            state=state.layers,
            state_files=(*state.files, *write_quarantine(attempt, self.read.stage.quarantine, increment.number)),
            quarantined=tuple(self.read.stage.quarantine.open.values()),
            root_key=self.fold.root,
            scope_key=self.read.scope,
            list_fields=self.read.stage.fields,
            partial_since=self._partial_since(),
            run=self.plan.asked.run,
            named_run=self.plan.asked.named_run,
            provider_version=__version__,
            notes=(f"resync: {self.read.flavour} differences",) if self.read.flavour else (),
        )

    def _partial_since(self) -> str | None:
        """Since when the state knows all; None when it always did. A full read completes it."""
        if self.read.full:
            return None
        return self.head.partial_since if self.head else _first_since(self.read)

    def record(self, commit: Commit | None, saved: SavedToken | None) -> SavedToken:
        """What the next run starts from."""
        last = commit or self.head
        assert last is not None  # a feed without a commit has just made its first
        now = self.plan.clock().isoformat()
        return SavedToken(
            feed=self.plan.feed.key,
            increment=last.increment,
            fingerprint=self.plan.fingerprint,
            delta_token=self.read.token,
            saved_at=now,
            last_success=now,
            run=self.plan.asked.run,
        ).after(saved)

    def summary(self, commit: Commit | None, transport: Transport) -> Summary:
        number = commit.increment if commit else None
        adopted = self.start.adopt_from
        return Summary(
            feed=self.plan.feed.key,
            source=self.plan.source,
            protocol=self.protocol,
            kind=self.read.kind if self.is_worth_a_commit or self.read.kind == "reconcile" else "quiet",
            path=self.plan.path,
            increment=number,
            from_increment=adopted or number,
            to_increment=number or (self.head.increment if adopted and self.head else None),
            **asdict(self.counts),
            quarantined=len(self.read.stage.quarantine),
            schema_changed=self.read.stage.schema_changed,
            pages=self.read.pages,
            requests=transport.requests,
            throttled_seconds=round(transport.throttled_seconds, 3),
        )
