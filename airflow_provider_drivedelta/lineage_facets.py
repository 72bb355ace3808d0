"""Feeds in OpenLineage's words: the drive or list that was read, the Parquet that was written, its columns and counts.

Imported when the OpenLineage provider asks, so its packages are there.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice

import attrs
from airflow.providers.openlineage.extractors import OperatorLineage
from openlineage.client.event_v2 import Dataset, InputDataset, OutputDataset
from openlineage.client.facet_v2 import (
    DatasetFacet,
    RunFacet,
    datasource_dataset,
    documentation_dataset,
    output_statistics_output_dataset,
)

from airflow_provider_drivedelta.assets import LISTS, source_uri
from airflow_provider_drivedelta.core.errors import DriveDeltaError
from airflow_provider_drivedelta.core.lake import log as commits
from airflow_provider_drivedelta.core.lake.commits import Commit
from airflow_provider_drivedelta.core.lake.drive_schema import DRIVE
from airflow_provider_drivedelta.core.lake.output import Output, open_output
from airflow_provider_drivedelta.core.lake.record import RecordType
from airflow_provider_drivedelta.core.lake.records import record_of
from airflow_provider_drivedelta.core.lake.storage import Storage
from airflow_provider_drivedelta.core.summary import Summary
from airflow_provider_drivedelta.hooks.outputs import with_connection
from airflow_provider_drivedelta.lineage_columns import columns_facet
from airflow_provider_drivedelta.lineage_names import folder_name, source_name

log = logging.getLogger(__name__)

TOLD_IN_FULL = 20  # feeds of one task: a drive's columns are 19 kB, and some transports take no event over 1 MB
MOST_COMMITS = 100  # of one feed that are read to add up what they wrote


@attrs.define
class IncrementsDatasetFacet(DatasetFacet):
    """Which increments of a feed a run answers for, and how many rows of each `_op` it published itself."""

    feed: str
    kind: str
    from_increment: int | None
    to_increment: int | None
    rows: dict[str, int]


def lineage_of(summaries: Iterable[Summary], *, output: str) -> OperatorLineage[Dataset, RunFacet]:
    """What these runs read and wrote: of many feeds those with news in full, the rest by name alone.

    :param output: where all these feeds lie, as the operator was given it; a Connection in it reads the log.
    """
    told = sorted(summaries, key=lambda summary: not summary.has_news)
    place = _reached(output) if told else None
    sources = [InputDataset(**source_name(source_uri(summary))._asdict()) for summary in told]
    folders = [_folder(summary, place) for summary in told]
    for summary, source, folder in zip(told[:TOLD_IN_FULL], sources, folders, strict=False):
        _describe_source(source, summary)
        _describe_folder(folder, summary)
        if place:
            _look_into_the_log(folder, summary, place)
    return OperatorLineage(inputs=[*sources], outputs=[*folders])


def _reached(output: str) -> Output | None:
    """None where the output cannot be reached any more: names need no log."""
    try:
        place = with_connection(output)
    except DriveDeltaError as fault:
        log.debug("OpenLineage hears of no columns and counts: %s", fault)
        return None
    # We are asked in a fork of the task's process, where a client from before does not work. fsspec knows which is.
    known = place.filesystem
    return replace(place, filesystem=type(known)(*known.storage_args, **known.storage_options)) if known else place


def _folder(summary: Summary, place: Output | None) -> OutputDataset:
    account = getattr(place.filesystem, "account_name", None) if place else None
    return OutputDataset(**folder_name(summary.path, account=account or "")._asdict())


def _describe_source(source: InputDataset, summary: Summary) -> None:
    source.facets = {
        "dataSource": datasource_dataset.DatasourceDatasetFacet(name=source.namespace, uri=source_uri(summary)),
        "documentation": documentation_dataset.DocumentationDatasetFacet(description=summary.source),
    }


def _describe_folder(folder: OutputDataset, summary: Summary) -> None:
    folder.facets = {
        "dataSource": datasource_dataset.DatasourceDatasetFacet(name=folder.namespace, uri=folder.namespace),
        "drivedelta_increments": IncrementsDatasetFacet(
            feed=summary.feed,
            kind=summary.kind,
            from_increment=summary.from_increment,
            to_increment=summary.to_increment,
            rows={"insert": summary.inserted, "update": summary.updated, "delete": summary.deleted},
        ),
    }


def _look_into_the_log(folder: OutputDataset, summary: Summary, place: Output) -> None:
    """Columns and counts, as the commits have them; what cannot be read is left out, since the data is there."""
    try:
        storage = open_output(place).below(summary.path.rpartition("/")[2])
        written, record = _written_by(summary, storage), _record(summary, storage)
    except DriveDeltaError as fault:
        log.debug("OpenLineage hears of no columns and counts: %s", fault)
        return
    if record:
        folder.facets = {**(folder.facets or {}), "schema": columns_facet(record.change)}
    if len(written) <= MOST_COMMITS:
        folder.outputFacets = {"outputStatistics": _statistics(written)}


def _written_by(summary: Summary, storage: Storage) -> Sequence[Commit]:
    """The commits that a run answers for; a replay only hands out what others wrote."""
    if summary.kind == "replay" or summary.from_increment is None:
        return ()
    told = commits.committed(storage, after=summary.from_increment - 1, until=summary.to_increment)
    return tuple(islice(told, MOST_COMMITS + 1))


def _record(summary: Summary, storage: Storage) -> RecordType | None:
    """A drive's columns are always the same; a list's are known to its commits."""
    if not source_uri(summary).startswith(LISTS):
        return DRIVE
    newest = commits.newest(storage)
    return record_of(newest) if newest else None


def _statistics(written: Sequence[Commit]) -> output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet:
    files = [file for commit in written for file in commit.files]
    return output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(
        rowCount=sum(file.rows for file in files), size=sum(file.size for file in files), fileCount=len(files)
    )
