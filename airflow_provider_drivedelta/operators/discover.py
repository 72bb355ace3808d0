"""The operators that find what there is to follow, in shards for mapped tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from airflow_provider_drivedelta.operators.discover_operator import DiscoverOperator
from airflow_provider_drivedelta.operators.rendered import check_word, names

if TYPE_CHECKING:
    from airflow_provider_drivedelta.core.discovery.drives import DriveOwner
    from airflow_provider_drivedelta.core.found import Discovery, FoundDrive, FoundList


class DriveDeltaDiscoverDrivesOperator(DiscoverOperator):
    """
    Find the document libraries of sites and the drives of users and groups.

    What it returns, and the rest of its arguments (``sites``, ``include``, ``shard_size`` …), is told by
    :class:`~airflow_provider_drivedelta.operators.discover_operator.DiscoverOperator`. A source is
    ``{"source": "drives/<id>", "name": "Marketing / Documents"}``.

    :param of: whose drives: ``sites``, ``users``, ``groups``, or several of these
    :param users: users by id or name; by default all of the tenant's (templated)
    :param groups: groups by id; by default all of the tenant's (templated)
    :param system: also libraries that are the service's own, such as what a retention policy keeps
    :param unlicensed: also ask for the drives of users without any licence
    """

    template_fields: Sequence[str] = ("users", "groups", *DiscoverOperator.template_fields)

    def __init__(
        self,
        *,
        of: Sequence[DriveOwner] = ("sites",),
        users: Sequence[str] = (),
        groups: Sequence[str] = (),
        system: bool = False,
        unlicensed: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.of, self.users, self.groups = of, users, groups
        self.system, self.unlicensed = system, unlicensed
        if not of or isinstance(of, str):
            raise ValueError(f"of is {of!r}; it is a list of 'sites', 'users' or 'groups'")
        for owner in of:
            check_word("of", owner, ("sites", "users", "groups"))

    def discover(self) -> Discovery[FoundDrive]:
        return self.hook.discover_drives(
            self.of,
            users=names(self.users),
            groups=names(self.groups),
            system=self.system,
            unlicensed=self.unlicensed,
            **self.site_words(),
        )


class DriveDeltaDiscoverListsOperator(DiscoverOperator):
    """
    Find the lists of sites.

    What it returns, and the rest of its arguments (``sites``, ``include``, ``shard_size`` …), is told by
    :class:`~airflow_provider_drivedelta.operators.discover_operator.DiscoverOperator`. A source is
    ``{"site": "https://…/sites/team", "list": "<guid>", "name": "Team / Tasks"}``.

    :param protocol: ask Microsoft ``graph``, or each site itself, which takes a certificate (``sharepoint``); with
        either the lists may be followed by any protocol
    :param hidden: also hidden lists and the service's own
    :param libraries: also document libraries, which are drives as well
    """

    def __init__(
        self,
        *,
        protocol: Literal["graph", "sharepoint"] = "graph",
        hidden: bool = False,
        libraries: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.protocol, self.hidden, self.libraries = protocol, hidden, libraries
        check_word("protocol", protocol, ("graph", "sharepoint"))

    def discover(self) -> Discovery[FoundList]:
        return self.hook.discover_lists(
            protocol=self.protocol, hidden=self.hidden, libraries=self.libraries, **self.site_words()
        )
