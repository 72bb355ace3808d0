"""What one emulator serves: drives and sites, who owns them, and who may not see them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from airflow_provider_drivedelta.emulator.clock import Clock
from airflow_provider_drivedelta.emulator.delta import DeltaFeed
from airflow_provider_drivedelta.emulator.directory import Directory
from airflow_provider_drivedelta.emulator.drive import Drive
from airflow_provider_drivedelta.emulator.lists.site import NoSuchSite, Site
from airflow_provider_drivedelta.emulator.refusal import Refusal

__all__ = ["Mirror", "NoSuchDrive", "NoSuchSite", "Refusal", "ServedDrive", "Tenant"]


class Mirror(Protocol):
    """Something outside that a drive follows, such as a folder on disk."""

    def refresh(self, *, older_than: float = 0.0) -> None:
        """Brings the drive up to date, unless that was done less than so many seconds ago."""


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

    Where no owner is named at all, everybody owns the first drive. There is one clock, which all take over.
    """

    def __init__(
        self,
        drives: Sequence[Drive],
        clock: Clock,
        *,
        owners: Mapping[str, Sequence[Drive]] | None = None,
        denied: Collection[str] = (),
        mirrors: Mapping[str, Mirror] | None = None,
        sites: Sequence[Site] = (),
        directory: Directory | None = None,
    ) -> None:
        self.clock = clock
        self.directory = directory or Directory()
        self.sites = tuple(sites)
        for site in self.sites:
            site.clock = clock
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

    def libraries(self, site: Site) -> list[ServedDrive]:
        """The drives of a site, however it is spelled among the owners; none if it is not."""
        if self._owners is None:
            return self.served
        spellings = (f"sites/{site.host}:{site.path}", f"sites/{site.graph_id}", f"sites/{site.id}")
        owner = next((each for each in spellings if each.casefold() in self._owners), None)
        return self.owned_by(owner) if owner else []

    def site(self, key: str) -> Site:
        """By id (the composite one of Graph or either of its parts) or by path; empty: the first."""
        for site in self.sites:
            if not key or key.casefold() in (site.graph_id, site.id, site.web_id, site.path.casefold()):
                return site
        raise NoSuchSite(key or "the emulator serves no site")
