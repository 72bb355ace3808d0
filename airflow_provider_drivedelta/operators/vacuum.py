"""The operator that removes the change files of old increments."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import BaseOperator

from airflow_provider_drivedelta.failures import in_airflows_words

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from airflow_provider_drivedelta.core.lake.vacuum import Vacuumed

log = logging.getLogger(__name__)


class DriveDeltaVacuumOperator(BaseOperator):
    """
    Remove the change files of increments that were committed longer ago than ``keep``, of one feed or of all.

    Items, tokens and the log stay, and so does the newest increment whatever its age; pulls may run beside it. Who
    reads or replays what is gone gets an error that says how to go on. Returns how many feeds, increments, files and
    bytes that were.

    :param output: the output folder, with all its feeds, or one feed's folder in it (templated, as ``output_path``)
    :param keep: how long change files are kept: ``12h``, ``90d``, ``52w`` (templated)
    :param dry_run: say what would be removed, remove nothing
    """

    template_fields: Sequence[str] = ("output_path", "keep")
    ui_color = "#e8e4d9"

    def __init__(self, *, output: str, keep: str = "90d", dry_run: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.output_path = output  # `output` is a name of BaseOperator's own
        self.keep, self.removes = keep, not dry_run  # and so is `dry_run`

    def execute(self, context: Context) -> dict[str, int | bool]:
        ti = context["ti"]
        with in_airflows_words():
            found = self._vacuum(by=f"{ti.dag_id}/{ti.run_id}/{ti.task_id}")
        return {
            "feeds": len(found),
            "increments": sum(each.increments for each in found),
            "files": sum(each.files for each in found),
            "bytes": sum(each.bytes for each in found),
            "dry_run": not self.removes,
        }

    def _vacuum(self, *, by: str) -> list[Vacuumed]:
        from airflow_provider_drivedelta.core.lake.keep import parse_keep
        from airflow_provider_drivedelta.core.lake.output import open_output
        from airflow_provider_drivedelta.core.lake.vacuum import vacuum_below
        from airflow_provider_drivedelta.hooks.outputs import with_connection

        output = open_output(with_connection(self.output_path))
        keep, now, found = parse_keep(self.keep), datetime.now(UTC), []
        for each in vacuum_below(output, keep=keep, now=now, by=by, dry_run=not self.removes):
            log.info("%s%s", "" if self.removes else "Dry run: ", each)
            found.append(each)
        return found
