"""An output that names an Airflow Connection, as `ObjectStoragePath` has it: `s3://aws_default@bucket/prefix`."""

from __future__ import annotations

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.core.lake.output import Address, Output, parse_address

_PROVIDERS = {"s3": "amazon", "gs": "google", "abfs": "microsoft-azure"}


def with_connection(output: str) -> Output:
    """The output, reached with the Connection that it names; without one as the store's client finds its way.

    :raises FixSetup: the Connection, or what turns it into a file system, is not there or does not work.
    """
    place = parse_address(output)
    if place is None or not place.connection:
        return Output(output)
    from airflow.providers.common.compat.sdk import BaseHook
    from airflow.sdk import ObjectStoragePath

    try:
        BaseHook.get_connection(place.connection)  # a missing one is to some providers as good as none
        filesystem = ObjectStoragePath(place.plain, conn_id=place.connection).fs
    except Exception as error:  # each provider's hook has kinds of its own for a Connection that it does not like
        raise _refusal(place, error) from error
    return Output(place.plain, filesystem=filesystem)


def _refusal(place: Address, error: Exception) -> FixSetup:
    provider = f"apache-airflow-providers-{_PROVIDERS[place.store.scheme]}"
    then = f"Check the Connection; it takes {provider} and {place.store.client} to use it."
    what = f"The Connection {place.connection!r} gives no access to a store ({type(error).__name__})"
    return FixSetup(what, where=place.plain, then=then)
