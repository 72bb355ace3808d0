"""Writes docs/error-index.md and the table of docs/errors.md anew: `python -m tests.docs.errors_page`."""

from __future__ import annotations

import inspect
import re

from airflow_provider_drivedelta.core import errors
from airflow_provider_drivedelta.core.auth.refusals import _ENTRA as ENTRA
from airflow_provider_drivedelta.core.errors import DriveDeltaError, NeedsReload, RetryLater, StartOver
from airflow_provider_drivedelta.failures import in_airflows_words
from tests.docs.pages import DOCS
from tests.docs.raised import NAMES, Raised, raised

PAGE, INDEX = DOCS / "errors.md", DOCS / "error-index.md"
BEGIN, END = "<!-- made by python -m tests.docs.errors_page -->\n", "<!-- until here -->\n"

# An area, and how the modules are called that speak of it; the first that fits.
AREAS = {
    "Signing in": ("core/auth", "core/sign_in", "hooks/credentials", "hooks/pem", "hooks/refresh", "console/cred"),
    "The Connection, its addresses and what is followed": (
        "hooks/",
        "clouds",
        "core/hosts",
        "core/sources",
        "console/",
    ),
    "Arguments and runs of Airflow": ("operators/", "sensors/", "triggers/"),
    "The output": ("core/lake/", "core/health"),
    "Answers of the service": ("core/protocols/", "core/transport/", "core/rowset/", "core/lists/", "core/discovery"),
    "The feed": ("",),
}
ABOUT = """# Every error text

Where a part of a text is only known when it happens, it says …. What the [kinds of error](errors.md) mean, and what
Airflow does with each, is told there. A `StartOver` is dealt with by the run itself, unless `on_resync` says otherwise.
This page is read from the source: `python -m tests.docs.errors_page`.
"""


def main() -> None:
    before, _, rest = PAGE.read_text().partition(BEGIN)
    PAGE.write_text(before + BEGIN + classes() + END + rest.partition(END)[2])
    INDEX.write_text(index())


def classes() -> str:
    """A row for each class, below the one it is a kind of."""
    kinds = [getattr(errors, name) for name in NAMES if name != DriveDeltaError.__name__]
    rows = (f"| `{kind.__name__}` | {_meaning(kind)} | {kind.exit_status} | {_airflow(kind)} |" for kind in kinds)
    return "\n".join(["| error | what it says | exit status | Airflow |", "| --- | --- | --- | --- |", *rows, ""])


def _meaning(kind: type[DriveDeltaError]) -> str:
    told = inspect.cleandoc(kind.__doc__ or "").partition("\n")[0].rstrip(".")
    parent = kind.__bases__[0]
    return told if parent is DriveDeltaError else f"a `{parent.__name__}`. {told}"


def _airflow(kind: type[DriveDeltaError]) -> str:
    if kind is StartOver:
        return "sees nothing of it: the run reads everything again"
    error = kind("x", mark="x") if kind is NeedsReload else kind("x")
    try:
        with in_airflows_words():
            raise error
    except Exception as raised_to_airflow:
        name = type(raised_to_airflow).__name__
    after = "runs the task again, as its `retries` say" if isinstance(error, RetryLater) else "fails the task at once"
    return f"`{name}`: {after}"


def index() -> str:
    """All texts, by what they speak of."""
    by_area: dict[str, set[tuple[str, str, str]]] = {area: set() for area in AREAS}
    for each in raised():
        if re.search("[a-z]", each.what):
            by_area[_area(each.module)].add((each.what, each.error, _then(each)))
    by_area["Signing in"] |= {(f"{what} (AADSTS{code})", "FixSetup", then) for code, (what, then) in ENTRA.items()}
    parts = [ABOUT]
    for area, found in by_area.items():
        rows = (f"| {_cell(what)} | {error} | {_cell(then)} |" for what, error, then in sorted(found))
        parts.append("\n".join([f"\n## {area}\n", "| text | error | then |", "| --- | --- | --- |", *rows, ""]))
    return "".join(parts)


def _area(module: str) -> str:
    return next(area for area, names in AREAS.items() if module.startswith(names))


def _then(each: Raised) -> str:
    defaults = {"RetryLater": RetryLater("").then, "LostRace": RetryLater("").then, "StartOver": StartOver("").then}
    default = NeedsReload("", mark="").then if each.error == "NeedsReload" else defaults.get(each.error, "")
    return each.then or default


def _cell(text: str) -> str:
    """Safe within a table of Markdown."""
    return re.sub(r"\s+", " ", re.sub(r"([|<>*_\[\]])", r"\\\1", text)).replace("……", "…")


if __name__ == "__main__":
    main()
