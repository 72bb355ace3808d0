"""The operator that asks whether the lake is what the service says, and mends what is not."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from airflow.providers.common.compat.sdk import AirflowFailException, BaseOperator

from airflow_provider_drivedelta.assets import announce
from airflow_provider_drivedelta.core.sources import Drive
from airflow_provider_drivedelta.failures import in_airflows_words
from airflow_provider_drivedelta.hooks.drivedelta import DriveDeltaHook
from airflow_provider_drivedelta.links import DriveLink
from airflow_provider_drivedelta.operators.following import ask, check_word, drive_url, followed, with_alias

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import AssetAlias, BaseOperatorLink, Context

    from airflow_provider_drivedelta.core.plan import OnUnsure
    from airflow_provider_drivedelta.core.reconcile import Reconciled
    from airflow_provider_drivedelta.operators.following import SummaryDict, TokenPlace


class DriveDeltaReconcileOperator(BaseOperator):
    """
    Compare a drive's feed with the service by a full read, and publish what differs.

    For changes that the service's change feed never delivered. Pulls first and after: what those pulls explain
    is no drift. Give it the arguments of the operator that pulls; it shares its token and its numbering.

    Returns the summary with a ``verdict``: ``in_sync``; ``drift``: what differed is published, as an increment of
    kind ``reconcile``; ``indeterminate``: the feed had to start over meanwhile, so ask again. The summary's counts
    are those of the drift; ``from_increment`` to ``to_increment`` are all that the run published, pulls included.

    :param source: the drive, as for the operator that pulls (templated)
    :param output: folder under which the feed's own folder is (templated, as ``output_path``)
    :param drivedelta_conn_id: Connection of type ``drivedelta`` or ``msgraph`` (templated)
    :param protocol: wire protocol
    :param folder: follow this folder only: its path from the drive's root, or its item id (templated)
    :param select: properties to ask for (templated)
    :param expand: relations to ask for as well (templated)
    :param page_size: items a page; by default what the service likes best
    :param sharing_changes: ask for changes of permissions too
    :param on_unsure: see the operator that pulls; matters if the token is refused meanwhile
    :param confirm_deletes: the id of a full read that was held back because it would delete very much: publish it
        first; also obeyed when the run's conf says ``{"confirm_deletes": "<id>"}`` (templated)
    :param max_wait: seconds of throttling to sit out before the task gives up and is retried
    :param token_store: where the feed's token is kept: ``variable`` or ``output``
    :param fail_on_drift: fail, without a retry, when there was drift. It is mended all the same, but Airflow
        keeps no asset event and no return value of a failed task
    :param asset_alias: fires an asset event with the summary when something was published, and only then
    """

    template_fields: Sequence[str] = (
        "source",
        "output_path",
        "drivedelta_conn_id",
        "folder",
        "select",
        "expand",
        "confirm_deletes",
    )
    operator_extra_links: Collection[BaseOperatorLink] = (DriveLink(),)
    ui_color = "#d7e8f7"

    def __init__(
        self,
        *,
        source: str | Drive,
        output: str,
        drivedelta_conn_id: str = DriveDeltaHook.default_conn_name,
        protocol: str = "graph",
        folder: str = "",
        select: Sequence[str] = (),
        expand: Sequence[str] = (),
        page_size: int | None = None,
        sharing_changes: bool = False,
        on_unsure: OnUnsure = "keep",
        confirm_deletes: str = "",
        max_wait: float = 600.0,
        token_store: TokenPlace = "variable",  # noqa: S107 - a place, no password
        fail_on_drift: bool = False,
        asset_alias: str | AssetAlias | None = None,
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]
        self.source = str(source) if isinstance(source, Drive) else source
        self.output_path = output  # `output` is a name of BaseOperator's own
        self.drivedelta_conn_id = drivedelta_conn_id
        self.protocol, self.page_size, self.sharing_changes = protocol, page_size, sharing_changes
        self.folder, self.select, self.expand = folder, select, expand
        self.on_unsure, self.confirm_deletes = on_unsure, confirm_deletes
        self.max_wait, self.token_store = max_wait, token_store
        self.fail_on_drift, self.drive_url = fail_on_drift, ""
        self.outlets = with_alias(self.outlets, asset_alias)
        check_word("token_store", token_store, ("variable", "output"))
        check_word("on_unsure", on_unsure, ("keep", "delete"))

    def execute(self, context: Context) -> SummaryDict:
        with in_airflows_words():
            found = self._reconcile(context)
        if self.fail_on_drift and found.verdict == "drift":
            raise AirflowFailException(f"{self.source} had drifted, and is mended: {found.summary}")
        announce(found.summary, self.outlets, context["outlet_events"])
        return found.to_dict()

    def _reconcile(self, context: Context) -> Reconciled:
        from airflow_provider_drivedelta.core.capture import reconcile_drive

        capture, hook = followed(self, context), DriveDeltaHook(self.drivedelta_conn_id)
        found = ask(reconcile_drive, capture, self, hook)
        self.drive_url = drive_url(capture.source, hook)
        return found
