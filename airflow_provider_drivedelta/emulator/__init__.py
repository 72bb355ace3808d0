"""Microsoft 365 on loopback: what the provider talks to, for tests, demos and your own DAGs' tests.

Nothing is imported before it is asked for, since the server and its certificates come with an extra.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflow_provider_drivedelta.emulator.clock import Clock
    from airflow_provider_drivedelta.emulator.console import run
    from airflow_provider_drivedelta.emulator.content import DeclaredContent
    from airflow_provider_drivedelta.emulator.directory import Account, Directory, Group
    from airflow_provider_drivedelta.emulator.drive import Drive
    from airflow_provider_drivedelta.emulator.entra.sign_in_rules import ClientRules, Federated, SignInRules
    from airflow_provider_drivedelta.emulator.faults.plan import Fault
    from airflow_provider_drivedelta.emulator.identity import Flavour
    from airflow_provider_drivedelta.emulator.items import Person
    from airflow_provider_drivedelta.emulator.lists.fields import Field
    from airflow_provider_drivedelta.emulator.lists.sample import sample_site
    from airflow_provider_drivedelta.emulator.lists.sharepoint_list import SharePointList
    from airflow_provider_drivedelta.emulator.lists.site import Site
    from airflow_provider_drivedelta.emulator.lists.values import CalculatedError, Lookup, Term, Url, User
    from airflow_provider_drivedelta.emulator.refusal import Refusal
    from airflow_provider_drivedelta.emulator.server import Emulator

__all__ = [
    "Account",
    "CalculatedError",
    "ClientRules",
    "Clock",
    "DeclaredContent",
    "Directory",
    "Drive",
    "Emulator",
    "Fault",
    "Federated",
    "Field",
    "Flavour",
    "Group",
    "Lookup",
    "Person",
    "Refusal",
    "SharePointList",
    "SignInRules",
    "Site",
    "Term",
    "Url",
    "User",
    "run",
    "sample_site",
]

_HOMES = {
    "Account": "directory",
    "CalculatedError": "lists.values",
    "ClientRules": "entra.sign_in_rules",
    "Clock": "clock",
    "DeclaredContent": "content",
    "Directory": "directory",
    "Drive": "drive",
    "Emulator": "server",
    "Fault": "faults.plan",
    "Federated": "entra.sign_in_rules",
    "Field": "lists.fields",
    "Flavour": "identity",
    "Group": "directory",
    "Lookup": "lists.values",
    "Person": "items",
    "Refusal": "refusal",
    "SharePointList": "lists.sharepoint_list",
    "SignInRules": "entra.sign_in_rules",
    "Site": "lists.site",
    "Term": "lists.values",
    "Url": "lists.values",
    "User": "lists.values",
    "run": "console",
    "sample_site": "lists.sample",
}
_EXTRA = {"starlette", "trustme", "uvicorn"}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    except ModuleNotFoundError as error:
        if error.name not in _EXTRA:
            raise
        raise ImportError(
            f"the emulator needs {error.name}: pip install airflow-provider-drivedelta[emulator]"
        ) from error
