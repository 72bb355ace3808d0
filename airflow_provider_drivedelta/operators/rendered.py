"""Arguments as templates leave them: everything may have become a text."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_provider_drivedelta.core.errors import FixSetup


def said(given: object) -> str:
    """A text that need not be given: a template renders None as "None"."""
    return "" if given is None or given == "None" else str(given)


def names(given: Sequence[str] | str | None) -> tuple[str, ...]:
    """A list, or one text with commas as a template renders it."""
    parts = given.split(",") if isinstance(given, str) else given or ()
    return tuple(name.strip() for name in parts if name.strip())


def is_true(argument: str, given: object) -> bool:
    """A flag that may come as text: a template renders False as "False", which Python takes for true.

    :raises FixSetup: it is neither true nor false.
    """
    word = str(given).strip().lower()
    if word not in ("true", "false", "none", ""):
        raise FixSetup(f"{argument} is {given!r}", then="Say true or false.")
    return word == "true"


def check_word(argument: str, given: object, words: Sequence[str]) -> None:
    """:raises ValueError: the argument is none of the words it may be; found when the DAG is parsed."""
    if given not in words:
        raise ValueError(f"{argument} is {given!r}; it is {' or '.join(map(repr, words))}")
