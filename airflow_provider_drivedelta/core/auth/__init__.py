"""Who we are to the service: a credential in, a signed request out. One module a way to sign in, all through MSAL."""

from airflow_provider_drivedelta.core.auth.application import ClientSecret
from airflow_provider_drivedelta.core.auth.bearer import BearerToken
from airflow_provider_drivedelta.core.auth.certificate import Certificate
from airflow_provider_drivedelta.core.auth.credential import Credential
from airflow_provider_drivedelta.core.auth.managed_identity import ManagedIdentity
from airflow_provider_drivedelta.core.auth.msal_auth import GRAPH_SCOPE, MsalAuth
from airflow_provider_drivedelta.core.auth.refresh_token import RefreshToken
from airflow_provider_drivedelta.core.auth.workload_identity import WorkloadIdentity

__all__ = [
    "GRAPH_SCOPE",
    "BearerToken",
    "Certificate",
    "ClientSecret",
    "Credential",
    "ManagedIdentity",
    "MsalAuth",
    "RefreshToken",
    "WorkloadIdentity",
]
