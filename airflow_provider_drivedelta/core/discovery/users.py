"""Which users a tenant has, as far as they may have a drive."""

from __future__ import annotations

from airflow_provider_drivedelta.core.discovery.service import Service
from airflow_provider_drivedelta.core.discovery.tally import Tally
from airflow_provider_drivedelta.core.discovery.wanted import Wanted
from airflow_provider_drivedelta.core.found import Discovery, FoundOwner
from airflow_provider_drivedelta.core.protocols.graph_owners import ask_for_users, read_users


def discover_users(
    service: Service, *, wanted: Wanted | None = None, unlicensed: bool = False
) -> Discovery[FoundOwner]:
    """
    :param wanted: patterns for a user's name or sign-in name.
    :param unlicensed: also users without any licence, who have a drive only if they had one before.
    :raises FixSetup: the tenant's users cannot be listed.
    :raises RetryLater: the service is not up to it now.
    """
    tally, wanted = Tally[FoundOwner](strict=True), wanted or Wanted()
    for user in service.all_of(ask_for_users(service.base_url), read_users):
        if user.licensed is False and not unlicensed:
            tally.leave_out("users without a licence")
        elif wanted.takes(user.name, user.login):
            tally.add(user)
        else:
            tally.leave_out("users by pattern")
    return tally.result()
