"""What an operator tells of the data that it moved: to whoever reads Airflow's hook lineage, and to OpenLineage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from airflow_provider_drivedelta.assets import feed_asset, source_uri

if TYPE_CHECKING:  # OpenLineage may not be there, and what it is told is put together only if it asks
    from airflow.providers.openlineage.extractors import OperatorLineage
    from airflow.sdk.lineage import HookLineageCollector, LineageContext
    from openlineage.client.event_v2 import Dataset
    from openlineage.client.facet_v2 import RunFacet

    from airflow_provider_drivedelta.core.summary import Summary


class TellsLineage:
    """For operators of feeds, of one or of thousands: each run tells what it read and wrote.

    OpenLineage gets the whole of it when the task has ended, whether well or not.
    """

    output_path: str
    _told: Mapping[str, Summary] = MappingProxyType({})

    def tell_lineage(self, *summaries: Summary, context: LineageContext) -> None:
        """Call it in the task's own thread, for every feed whose run ended well and may have written.

        :param context: the hook that has read; hook lineage says so.
        """
        self._told = {**self._told, **{summary.feed: summary for summary in summaries}}
        if _is_read():
            from airflow.providers.common.compat.sdk import get_hook_lineage_collector

            collect(summaries, get_hook_lineage_collector(), context=context)

    def get_openlineage_facets_on_complete(self, task_instance: object) -> OperatorLineage[Dataset, RunFacet]:
        """Called by the OpenLineage provider alone."""
        from airflow_provider_drivedelta.lineage_facets import lineage_of

        return lineage_of(self._told.values(), output=self.output_path)


def collect(summaries: Iterable[Summary], collector: HookLineageCollector, *, context: LineageContext) -> None:
    """Each feed's source as an input, its folder as an output; Airflow's collector takes the first hundred of each."""
    for summary in summaries:
        collector.add_input_asset(context, uri=source_uri(summary))
        collector.add_output_asset(context, uri=feed_asset(summary).uri)


def _is_read() -> bool:
    """Whether a plugin reads hook lineage. If none does, a collector would be made for nothing, for seconds."""
    try:
        from airflow.sdk.plugins_manager import get_hook_lineage_readers_plugins
    except ImportError:  # before Airflow 3.2 the collector itself looks, and is cheap
        return True
    return bool(get_hook_lineage_readers_plugins())
