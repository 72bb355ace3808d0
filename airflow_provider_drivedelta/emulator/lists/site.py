"""A SharePoint site: where its lists are, who its people are, what time it is there."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from airflow_provider_drivedelta.emulator.clock import Clock
from airflow_provider_drivedelta.emulator.identity import guid
from airflow_provider_drivedelta.emulator.items import ADA, Person
from airflow_provider_drivedelta.emulator.lists.fields import Field
from airflow_provider_drivedelta.emulator.lists.sharepoint_list import SharePointList
from airflow_provider_drivedelta.emulator.lists.values import User

HOST = "contoso.sharepoint.com"
_FIRST_USER = 11


class NoSuchSite(LookupError):
    """No site of that id or path."""


class NoSuchList(LookupError):
    """No list of that id, title or path."""


class Site:
    """``path`` is ``/sites/team``, or ``/`` for the root; ``zone`` a name such as ``America/Los_Angeles``.

    ``host`` is the name under which Graph knows it; in answers over loopback the address asked for takes its place.
    """

    def __init__(
        self,
        path: str = "/sites/team",
        *,
        title: str = "Team",
        zone: str = "UTC",
        host: str = HOST,
        denied: bool = False,
        clock: Clock | None = None,
    ) -> None:
        self.path = "/" + path.strip("/")
        self.title, self.zone, self.host, self.denied = title, ZoneInfo(zone), host, denied
        self.clock = clock or Clock()
        self.id, self.web_id = guid("site", host, self.path), guid("web", host, self.path)
        self.lists: list[SharePointList] = []
        self._members: dict[str, User] = {}
        self.owner = self.member(ADA)

    @property
    def graph_id(self) -> str:
        return f"{self.host},{self.id},{self.web_id}"

    @property
    def root(self) -> str:
        """The path as something to put paths behind: empty for the root site."""
        return self.path.rstrip("/")

    def add_list(self, title: str, fields: Sequence[Field] = (), *, name: str = "") -> SharePointList:
        """``name`` is the last part of its path; its title, unless said."""
        path = f"{self.root}/Lists/{name or title.replace('/', '')}"
        if any(taken.title.casefold() == title.casefold() or taken.path == path for taken in self.lists):
            raise ValueError(f"the site has a list {title!r} already")
        made = SharePointList(self, title, path, fields, seed="\n".join((self.id, path)))
        self.lists.append(made)
        return made

    def list(self, key: str) -> SharePointList:
        """By id, by title without regard to case, or by server-relative path."""
        wanted = key.strip("{}").casefold()
        for found in self.lists:
            if wanted in (found.id, found.title.casefold(), found.path.casefold()):
                return found
        raise NoSuchList(key)

    def member(self, person: Person) -> User:
        """The site's own record of somebody, made when first needed."""
        known = self._members.get(person.email.casefold())
        if known is None:
            known = User(_FIRST_USER + len(self._members), person.name, person.email)
            self._members[person.email.casefold()] = known
        return known

    @property
    def members(self) -> tuple[User, ...]:
        return tuple(self._members.values())

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone)

    @property
    def bias(self) -> int:
        """Minutes that standard time is behind UTC, as SharePoint states a time zone."""
        winter, summer = (-self._offset(month) for month in (1, 7))
        return max(winter, summer)

    @property
    def daylight_bias(self) -> int:
        """What to add to the bias in summer; 0 where the clocks stay as they are."""
        return -abs(self._offset(1) - self._offset(7))

    def _offset(self, month: int) -> int:
        moment = datetime(self.clock.now().year, month, 1, tzinfo=UTC).astimezone(self.zone)
        return int((moment.utcoffset() or timedelta(0)).total_seconds() // 60)
