"""The 410 that tells a client to read everything again, in its two flavours."""

from airflow_provider_drivedelta.emulator.graph.answers import ServiceError
from airflow_provider_drivedelta.emulator.refusal import Refusal

# The service tells the two flavours of a resync apart by these words alone.
_MESSAGES = {
    "apply": "Resync required. Replace any local items with the server's version (including deletes) if you're sure "
    "that the service was up to date with your local changes when you last sync'd. Upload any local changes that the "
    "server doesn't know about.",
    "upload": "Resync required. Upload any local items that the service did not return, and upload any files that "
    "differ from the server's version (keeping both copies if you're not sure which one is more up-to-date).",
}


def resync_required(refusal: Refusal, location: str) -> ServiceError:
    """``location`` empty: the answer names none."""
    return ServiceError(
        410,
        refusal.code,
        _MESSAGES[refusal.flavour],
        inner_code=refusal.inner_code,
        headers={"Location": location} if location else {},
    )
