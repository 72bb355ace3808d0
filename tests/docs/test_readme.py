"""The README's table of arguments is complete."""

from __future__ import annotations

import inspect
import re

from airflow_provider_drivedelta.operators import (
    DriveDeltaReconcileOperator,
    DriveDeltaToParquetOperator,
    SharePointListDeltaToParquetOperator,
    SharePointListReconcileOperator,
)
from tests.docs.pages import DOCS

README = (DOCS.parent / "README.md").read_text()
ARGUMENTS = README.partition("## Arguments of")[2].partition("\n## ")[0]


def arguments(operator: type) -> set[str]:
    return set(inspect.signature(operator).parameters) - {"kwargs"}


def test_every_argument_of_the_operator_has_its_row() -> None:
    rows = re.findall(r"^\| (`.*?) \|", ARGUMENTS, re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == arguments(DriveDeltaToParquetOperator)


def test_the_operators_of_lists_differ_as_those_of_drives_do() -> None:
    drives = arguments(DriveDeltaToParquetOperator) ^ arguments(DriveDeltaReconcileOperator)
    assert arguments(SharePointListDeltaToParquetOperator) ^ arguments(SharePointListReconcileOperator) == drives


def test_what_is_said_of_the_other_operators_arguments_is_so() -> None:
    pull, reconcile = arguments(DriveDeltaToParquetOperator), arguments(DriveDeltaReconcileOperator)
    assert reconcile - pull == {"fail_on_drift"}
    (lacks,) = re.findall(r"It has no (.*?), but", ARGUMENTS)
    assert set(re.findall(r"`(\w+)`", lacks)) | {"reload_dag_id"} == pull - reconcile
