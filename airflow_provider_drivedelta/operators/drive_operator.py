"""What the operators that follow a drive have in common: which drive it is, and how it is asked for."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from airflow_provider_drivedelta.core.errors import DriveDeltaError
from airflow_provider_drivedelta.core.protocols.drive_protocols import PROTOCOLS
from airflow_provider_drivedelta.core.sources import Drive
from airflow_provider_drivedelta.links import DriveLink
from airflow_provider_drivedelta.operators.feed_operator import FeedOperator
from airflow_provider_drivedelta.operators.followed import Followed
from airflow_provider_drivedelta.operators.rendered import check_word, names, said

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import BaseOperatorLink

    from airflow_provider_drivedelta.captures import FeedWords
    from airflow_provider_drivedelta.core.capture import DriveCapture

log = logging.getLogger(__name__)


class DriveOperator(FeedOperator):
    """
    The arguments that every operator of a drive's feed takes, besides those of :class:`FeedOperator`.

    :param source: the drive: ``drives/{id}``, ``users/{id or name}``, ``groups/{id}``, ``sites/{id}``, ``me``,
        a bare drive id, or a :class:`~airflow_provider_drivedelta.core.sources.Drive`; of a personal drive also one
        folder by its own feed: ``drives/{id}/items/{item id}`` or ``drives/{id}/root:/{path}:`` (templated). Give
        this or ``sources``
    :param protocol: wire protocol: ``graph``, or ``view.delta`` or ``view.changes`` of the older OneDrive API, whose
        address the Connection must name
    :param folder: follow this folder only: its path from the drive's root, or its item id (templated)
    :param select: properties to ask for; all by default (templated)
    :param expand: relations to ask for as well (templated)
    :param page_size: items a page; by default what the service likes best
    :param sharing_changes: ask for changes of permissions too; needs Sites.FullControl.All
    """

    arguments = ("source",)
    template_fields: Sequence[str] = ("source", "folder", "select", "expand", *FeedOperator.template_fields)
    operator_extra_links: Collection[BaseOperatorLink] = (DriveLink(),)

    def __init__(
        self,
        *,
        source: str | Drive = "",
        protocol: str = "graph",
        folder: str = "",
        select: Sequence[str] = (),
        expand: Sequence[str] = (),
        page_size: int | None = None,
        sharing_changes: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.source = str(source) if isinstance(source, Drive) else source
        self.protocol, self.folder = protocol, folder
        self.select, self.expand, self.page_size = select, expand, page_size
        self.sharing_changes = sharing_changes
        check_word("protocol", protocol, tuple(PROTOCOLS))
        if bool(source) == (self.sources is not None):
            raise ValueError("Give source, or sources for many: one of the two")

    @property
    def followed(self) -> Followed:
        return Followed({"source": self.source})

    def spelling(self, one: Followed) -> str:
        return str(Drive.parse(one.words["source"]))

    def site_of(self, one: Followed) -> str:
        return ""

    def drive_capture(self, one: Followed, words: FeedWords) -> DriveCapture:
        """What is followed, as it was rendered; how a pull starts is not the drive's."""
        from airflow_provider_drivedelta.core.capture import DriveCapture

        return DriveCapture(
            source=Drive.parse(one.words["source"]),
            folder=said(self.folder),
            select=names(self.select),
            expand=names(self.expand),
            page_size=self.page_size,
            sharing_changes=self.sharing_changes,
            **words,
        )

    def find_web_url(self, source: str) -> str:
        """The page of a summary's drive; what is committed by now must not fail for want of it."""
        try:
            return self.hook.find_drive(Drive.parse(source).whole).web_url
        except DriveDeltaError as fault:
            log.debug("No link to the drive: %s", fault)
            return ""
