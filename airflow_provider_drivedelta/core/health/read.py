"""Reads the health of the feeds below an output: from what lies there, and from the tokens, wherever those are kept."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from airflow_provider_drivedelta.core.errors import BrokenFeed, DriveDeltaError, FixSetup
from airflow_provider_drivedelta.core.guard import held_read
from airflow_provider_drivedelta.core.health.feed_health import (
    BUSINESS_LIFE,
    PERSONAL_LIFE,
    FeedHealth,
    Held,
    LongRead,
    TokenLife,
)
from airflow_provider_drivedelta.core.lake import log
from airflow_provider_drivedelta.core.lake.checkpoint import parse_checkpoint
from airflow_provider_drivedelta.core.lake.commits import Commit
from airflow_provider_drivedelta.core.lake.last_error import load_last_error
from airflow_provider_drivedelta.core.lake.layout import HELD, INTERNALS, LAST_ERROR, LOG, READS, STAGING, TOKEN_FILE
from airflow_provider_drivedelta.core.lake.storage import Storage
from airflow_provider_drivedelta.core.lake.token_file import TokenFile
from airflow_provider_drivedelta.core.sources import Drive, is_personal
from airflow_provider_drivedelta.core.tokens import SavedToken, TokenStore

AT_ONCE = 16  # feeds; a store answers in tens of milliseconds, and each feed takes a few answers
LITTER_AGE = 86_400.0  # seconds, after which an attempt's folder is removed
_COMMITS = 10  # looked at for the last one with rows
_MOST = 20  # folders of one feed's attempts or reads that are looked into


@dataclass(frozen=True, slots=True)
class _Found:
    """One feed as it lies there; the token is still to be asked for."""

    health: FeedHealth
    head: Commit | None = None
    kept: SavedToken | None = None


def feeds_health(output: Storage, *, tokens: TokenStore | None = None, now: datetime | None = None) -> list[FeedHealth]:
    """The health of the feed that lies here, or of all feeds directly below, by name. Changes nothing.

    A feed that cannot be read says so itself, and keeps no other from being told of.

    :param tokens: where tokens are kept that do not lie beside their data; asked in this thread, feed by feed.
    :raises FixSetup: there is no feed, or the output cannot be read.
    """
    moment = now or datetime.now(UTC)
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="health") as several:
        looked = several.map(lambda feed: _look(feed, moment), _candidates(output))
        found = [_with_token(each, tokens) for each in looked if each is not None]
    if not found:
        raise FixSetup("There is no feed below this folder", where=output.full_path(), then="Give an output folder.")
    return found


def _candidates(output: Storage) -> Iterator[Storage]:
    if output.exists(INTERNALS):
        yield output
        return
    if not output.exists(""):
        raise FixSetup("There is no such folder", where=output.full_path(), then="Give an output folder.")
    yield from (output.below(name) for name in sorted(output.names("")))


def _look(storage: Storage, now: datetime) -> _Found | None:
    """None where this is no feed's folder: neither a log nor the note of a first run that failed."""
    health = FeedHealth(path=storage.full_path(), feed="", source="", at=now)
    try:
        there = _inside(storage)
        if not there & {LOG, LAST_ERROR}:
            return None
        return _found(storage, there, health)
    except DriveDeltaError as error:
        return _Found(replace(health, unreadable=str(error)))


def _inside(storage: Storage) -> set[str]:
    """What a feed's folder holds besides its changes; nothing where something else lies in its place."""
    try:
        return {f"{INTERNALS}/{name}" for name in storage.names(INTERNALS)}
    except FixSetup:
        if storage.exists(INTERNALS):
            raise
        return set()


def _found(storage: Storage, there: set[str], health: FeedHealth) -> _Found:
    """What is not `there` is not asked for: most feeds have hardly anything of it."""
    error = load_last_error(storage) if LAST_ERROR in there else None
    numbers = log.numbers(storage) if LOG in there else []
    head = _newest(storage, numbers)
    if error:
        health = replace(health, feed=error.feed, source=error.source, last_error=error)
    if head:
        health = _with_log(health, head, _last_change(storage, head, numbers))
    health = replace(
        health,
        held=_held(storage) if HELD in there else None,
        long_read=_long_read(storage) if READS in there else None,
        litter=_litter(storage) if STAGING in there else 0,
    )
    kept = TokenFile(storage).load(health.feed) if TOKEN_FILE in there else None
    return _Found(health, head, kept)


def _newest(storage: Storage, numbers: list[int]) -> Commit | None:
    if not numbers:
        return None
    try:
        return log.read(storage, numbers[-1])
    except BrokenFeed:
        return log.newest(storage)  # the stump of a writer that died is no commit; anything else is told again


def _with_log(health: FeedHealth, head: Commit, last_change: datetime | None) -> FeedHealth:
    return replace(
        health,
        feed=head.feed,
        source=head.source,
        increment=head.increment,
        told_by="log",
        last_success=head.time,
        last_increment=head.time,
        last_change=last_change,
        # When the run began: a list's token is that of its first page.
        token_at=_moment(head.started_at),
        token_life=_life(head.source),
        quarantined=len(head.quarantined),
    )


def _with_token(found: _Found, tokens: TokenStore | None) -> FeedHealth:
    """The stored token knows of quiet runs; of two records, one in each place, the newer one counts."""
    health = found.health
    if not health.feed or health.unreadable:
        return health
    try:
        elsewhere = tokens.load(health.feed) if tokens and not _is_fresh(found) else None
    except DriveDeltaError as spoiled:
        return replace(health, unreadable=str(spoiled))
    known = [record for record in (found.kept, elsewhere) if record is not None]
    if not known:
        return health
    saved = max(known, key=lambda record: (record.increment, record.saved_at))
    times = [moment for moment in (_moment(saved.last_success), health.last_success) if moment]
    health = replace(health, told_by="token", last_success=max(times, default=None))
    # A record that is behind the log or ahead of it is not what the next run starts from, see `core.begin`.
    is_next = found.head is not None and saved.increment == found.head.increment
    return replace(health, token_at=_moment(saved.saved_at)) if is_next else health


def _is_fresh(found: _Found) -> bool:
    """Whether the token beside the data is the one in use: thousands of Variables are not asked for nothing."""
    if found.kept is None or found.head is None or found.kept.increment != found.head.increment:
        return False
    success = _moment(found.kept.last_success)
    return success is not None and found.health.at - success < timedelta(days=1)


def _moment(text: str) -> datetime | None:
    """None for what is no moment: records of old may have none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _last_change(storage: Storage, head: Commit, numbers: list[int]) -> datetime | None:
    """Commits without rows are rare: they hold what the feed knows and readers need not."""
    if head.counts.get("rows"):
        return head.time
    for number in reversed([number for number in numbers[-_COMMITS:] if number < head.increment]):
        commit = log.read(storage, number)
        if commit.counts.get("rows"):
            return commit.time
    return None


def _life(source: str) -> TokenLife:
    owner, _, rest = source.partition("/")
    personal = owner == "drives" and bool(rest) and is_personal(Drive.parse(source).id)
    return PERSONAL_LIFE if personal else BUSINESS_LIFE


def _held(storage: Storage) -> Held | None:
    try:
        held = held_read(storage)
    except (ValueError, TypeError, KeyError, RecursionError):
        then = "Delete the folder, and run once with full_reload."
        where = storage.full_path(HELD)
        raise BrokenFeed("What is kept of a read that was held back cannot be read", where=where, then=then) from None
    return Held(id=held.id, message=held.message, then=held.refusal().then) if held else None


def _long_read(storage: Storage) -> LongRead | None:
    """The one that came furthest. What cannot be read is passed over, as the next run does."""
    reads: list[LongRead] = []
    for folder in storage.names(READS)[:_MOST]:
        names = [name for name in storage.names(f"{READS}/{folder}") if name.endswith(".json")]
        for name in sorted(names)[-_MOST:]:
            content = storage.read(f"{READS}/{folder}/{name}")
            try:
                kept = parse_checkpoint(content or b"")
            except DriveDeltaError:
                continue
            reads.append(LongRead(pages=kept.pages, at=kept.at, run=kept.owner.run, until=kept.owner.until))
    return max(reads, key=lambda read: read.pages, default=None)


def _litter(storage: Storage) -> int:
    folders = storage.names(STAGING)[:_MOST]
    return sum(storage.seconds_untouched(f"{STAGING}/{name}") > LITTER_AGE for name in folders)
