"""How requests travel: time-outs, bounded retries, one throttle gate, links checked before they are followed."""

from airflow_provider_drivedelta.core.transport.client import Transport
from airflow_provider_drivedelta.core.transport.gate import ThrottleGate
from airflow_provider_drivedelta.core.transport.policy import RetryPolicy

__all__ = ["RetryPolicy", "ThrottleGate", "Transport"]
