"""The sensor that waits until a drive has something new."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow_provider_drivedelta.core.sources import Drive
from airflow_provider_drivedelta.operators.rendered import check_word, said
from airflow_provider_drivedelta.sensors.feed_sensor import FeedSensor
from airflow_provider_drivedelta.triggers.feed_words import PROTOCOLS, FeedWords, drive_words


class DriveDeltaSensor(FeedSensor):
    """
    Wait until a pull of a drive would find something new.

    Takes the arguments of :class:`~airflow_provider_drivedelta.sensors.feed_sensor.FeedSensor` (``output``,
    ``deferrable`` …), and of ``BaseSensorOperator`` (``poke_interval``, ``timeout``, ``mode`` …). Give it what names
    the feed in :class:`~airflow_provider_drivedelta.operators.DriveDeltaToParquetOperator`, in the same words.

    :param source: the drive, in any form that the operator takes (templated)
    :param folder: the pull's ``folder`` (templated)
    :param protocol: the pull's ``protocol``
    :param sharing_changes: the pull's ``sharing_changes``
    """

    template_fields: Sequence[str] = ("source", "folder", *FeedSensor.template_fields)

    def __init__(
        self,
        *,
        source: str | Drive,
        folder: str = "",
        protocol: str = "graph",
        sharing_changes: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.source, self.folder = str(source) if isinstance(source, Drive) else source, folder
        self.protocol, self.sharing_changes = protocol, sharing_changes
        check_word("protocol", protocol, PROTOCOLS["drive"])

    def feed(self) -> FeedWords:
        return FeedWords(
            of="drive",
            words=drive_words(
                source=self.source,
                folder=said(self.folder),
                protocol=self.protocol,
                sharing_changes=self.sharing_changes,
            ),
            output=self.output_path,
            drivedelta_conn_id=self.drivedelta_conn_id,
            token_store=self.token_store,
        )
