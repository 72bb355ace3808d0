"""Who is in the tenant besides its drives and sites, and what the application may list of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from airflow_provider_drivedelta.emulator.identity import guid


@dataclass(frozen=True, slots=True)
class Account:
    """A user. Drives are owned by the login: ``owners={"users/ada@contoso.com": [drive]}``."""

    login: str
    name: str = ""
    licensed: bool = True

    @property
    def id(self) -> str:
        return guid("user", self.login)


@dataclass(frozen=True, slots=True)
class Group:
    """A Microsoft 365 group. Drives are owned by its name: ``owners={"groups/Staff": [drive]}``."""

    name: str

    @property
    def id(self) -> str:
        return guid("group", self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """``granted`` are the paths of the sites that an application with Sites.Selected was given, and then it may list
    nothing of the tenant; None stands for one that may read everything. The search index does not know of the sites
    ``unindexed`` yet. ``system`` are ids of drives that are the service's own.
    """

    accounts: Sequence[Account] = ()
    groups: Sequence[Group] = ()
    granted: Collection[str] | None = None
    unindexed: Collection[str] = ()
    system: Collection[str] = ()

    @property
    def lists_tenant(self) -> bool:
        return self.granted is None

    def may_read(self, path: str) -> bool:
        return self.granted is None or path in self.granted

    def owner(self, kind: str, key: str) -> str | None:
        """How the owner of that id or name is spelled among the owners of drives; None if nobody goes by it."""
        wanted = key.casefold()
        for account in self.accounts if kind == "users" else ():
            if wanted in (account.id, account.login.casefold()):
                return f"users/{account.login}"
        for group in self.groups if kind == "groups" else ():
            if wanted == group.id:
                return f"groups/{group.name}"
        return None
