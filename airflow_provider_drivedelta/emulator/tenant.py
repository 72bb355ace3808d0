"""What one emulator serves: drives, who owns them, who may not see them, and what a refused token is answered with."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from airflow_provider_drivedelta.emulator.clock import Clock
from airflow_provider_drivedelta.emulator.delta import DeltaFeed
from airflow_provider_drivedelta.emulator.drive import Drive


class Mirror(Protocol):
    """Something outside that a drive follows, such as a folder on disk."""

    def refresh(self, *, older_than: float = 0.0) -> None:
        """Brings the drive up to date, unless that was done less than so many seconds ago."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """How a refused token is answered; by default as the service really does: the flavour in the message alone."""

    flavour: str = "apply"
    code: str = "resyncRequired"
    inner_code: str = ""
    location: bool | str = True
    """A working address, none, ``"broken"`` (it answers 500), or an address of your own."""

    def __post_init__(self) -> None:
        if self.flavour not in ("apply", "upload"):
            raise ValueError("flavour is either 'apply' or 'upload'")


@dataclass(slots=True)
class ServedDrive:
    drive: Drive
    feed: DeltaFeed
    mirror: Mirror | None = None
    refusal: Refusal = field(default_factory=Refusal)

    def refresh(self, *, older_than: float = 0.0) -> None:
        if self.mirror is not None:
            self.mirror.refresh(older_than=older_than)

    def expire(self, refusal: Refusal) -> None:
        self.feed.expire_tokens()
        self.refusal = refusal


class NoSuchDrive(LookupError):
    """No drive of that id, or no such owner."""


class Tenant:
    """Owners are spelled as in a path: ``users/ada@contoso.com``, ``sites/contoso.sharepoint.com:/sites/team``.

    Where no owner is named at all, everybody owns the first drive. There is one clock: all drives take it over.
    """

    def __init__(
        self,
        drives: Sequence[Drive],
        clock: Clock,
        *,
        owners: Mapping[str, Sequence[Drive]] | None = None,
        denied: Collection[str] = (),
        mirrors: Mapping[str, Mirror] | None = None,
    ) -> None:
        self.clock = clock
        self.denied = frozenset(denied)
        self._owners = None if owners is None else {name.casefold(): owned for name, owned in owners.items()}
        self._served: dict[str, ServedDrive] = {}
        for drive in drives:
            drive.clock = clock
            mirror = (mirrors or {}).get(drive.id)
            self._served[drive.id.casefold()] = ServedDrive(drive, DeltaFeed(drive), mirror)

    @property
    def served(self) -> list[ServedDrive]:
        return list(self._served.values())

    def drive(self, drive_id: str) -> ServedDrive:
        found = self._served.get(drive_id.casefold())
        if found is None:
            raise NoSuchDrive(drive_id)
        return found

    def owned_by(self, owner: str) -> list[ServedDrive]:
        """All drives of an owner, the default one first."""
        if owner == "me" or self._owners is None:
            return self.served
        if owner.casefold() not in self._owners:
            raise NoSuchDrive(owner)
        return [self.drive(drive.id) for drive in self._owners[owner.casefold()]]
