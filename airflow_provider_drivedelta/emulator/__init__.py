"""Microsoft 365 on loopback: what the provider talks to, for tests, demos and your own DAGs' tests.

Nothing is imported before it is asked for, since the server and its certificates come with an extra.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflow_provider_drivedelta.emulator.clock import Clock
    from airflow_provider_drivedelta.emulator.console import run
    from airflow_provider_drivedelta.emulator.content import DeclaredContent
    from airflow_provider_drivedelta.emulator.drive import Drive
    from airflow_provider_drivedelta.emulator.faults import Fault
    from airflow_provider_drivedelta.emulator.identity import Flavour
    from airflow_provider_drivedelta.emulator.server import Emulator
    from airflow_provider_drivedelta.emulator.sign_in import ClientRules, SignInRules

__all__ = [
    "ClientRules",
    "Clock",
    "DeclaredContent",
    "Drive",
    "Emulator",
    "Fault",
    "Flavour",
    "SignInRules",
    "run",
]

_HOMES = {
    "ClientRules": "sign_in",
    "Clock": "clock",
    "DeclaredContent": "content",
    "Drive": "drive",
    "Emulator": "server",
    "Fault": "faults",
    "Flavour": "identity",
    "SignInRules": "sign_in",
    "run": "console",
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
