"""The two commands on a feed, `pull` and `reconcile`: the same whatever the feed is of."""

from __future__ import annotations

import argparse
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NamedTuple, TypeVar

from airflow_provider_drivedelta.console.options import (
    CREDENTIALS,
    Sources,
    add_absent,
    add_pull,
    add_run,
    ask,
    pull_words,
)

if TYPE_CHECKING:  # `--help` need not wait for Arrow and DuckDB
    from _typeshed import DataclassInstance

    from airflow_provider_drivedelta.core.reconcile import Reconciled
    from airflow_provider_drivedelta.core.summary import Summary

Capture = TypeVar("Capture", bound="DataclassInstance")
Answer = TypeVar("Answer")

RECONCILE = (
    "Pull, read everything, pull again, and publish what only the full read knew. Drift is an answer, not a failure: "
    "the exit status is 0 for every verdict; --json says which."
)


class Calls(NamedTuple):
    """What the core does of a source."""

    pull: Callable[..., Summary]
    reconcile: Callable[..., Reconciled]


class FeedCommands(ABC, Generic[Capture]):
    """The commands of one kind of source; what is its own is said by those that derive from it."""

    name: ClassVar[str]
    help: ClassVar[str]

    @abstractmethod
    def add_source(self, parser: argparse.ArgumentParser) -> None:
        """What is followed, how it is asked for, and where it goes."""

    @abstractmethod
    def capture(self, options: argparse.Namespace, *, run: str) -> Capture:
        """The same in the core's words; how a pull starts is not the source's."""

    @abstractmethod
    def address(self, options: argparse.Namespace) -> str:
        """Where the protocol is spoken."""

    @abstractmethod
    def calls(self) -> Calls:
        """Imported when one is made."""

    def takes_secrets(self, options: argparse.Namespace) -> bool:
        """Whether an application may sign in with a client secret there."""
        return True

    def add_pull(self, sources: Sources[argparse.ArgumentParser]) -> None:
        parser = sources.add_parser(self.name, help=self.help, epilog=CREDENTIALS)
        self.add_source(parser)
        add_pull(parser)
        add_absent(parser)
        add_run(parser)
        parser.set_defaults(command=self._pull)

    def add_reconcile(self, sources: Sources[argparse.ArgumentParser]) -> None:
        parser = sources.add_parser(self.name, help=self.help, description=RECONCILE, epilog=CREDENTIALS)
        self.add_source(parser)
        add_absent(parser)
        add_run(parser)
        parser.set_defaults(command=self._reconcile)

    def _pull(self, options: argparse.Namespace) -> int:
        from airflow_provider_drivedelta.console import show

        said: dict[str, Any] = {**pull_words(options)}
        capture = replace(self.capture(options, run="drivedelta pull"), **said)
        show.summary(self._ask(self.calls().pull, capture, options), as_json=options.json)
        return 0

    def _reconcile(self, options: argparse.Namespace) -> int:
        from airflow_provider_drivedelta.console import show

        capture = self.capture(options, run="drivedelta reconcile")
        show.reconciled(self._ask(self.calls().reconcile, capture, options), as_json=options.json)
        return 0

    def _ask(self, call: Callable[..., Answer], capture: Capture, options: argparse.Namespace) -> Answer:
        certified = not self.takes_secrets(options)
        return ask(call, capture, options, base_url=self.address(options), certified=certified)
