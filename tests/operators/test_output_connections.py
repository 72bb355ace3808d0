"""Operators that write to an object store with an Airflow Connection, as `ObjectStoragePath` has it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from airflow_provider_drivedelta.core.errors import FixSetup
from airflow_provider_drivedelta.hooks.outputs import with_connection
from airflow_provider_drivedelta.reading import read_changes
from tests.play import Airflow
from tests.servers.stores import StoreServer

SECRET = "n0t-for-you~2"


def as_aws(server: StoreServer) -> dict[str, object]:
    extra = {"endpoint_url": server.url, "region_name": "us-east-1"}
    return {"conn_type": "aws", "login": "a-key", "password": SECRET, "extra": json.dumps(extra)}


def as_wasb(server: StoreServer) -> dict[str, object]:
    return {"conn_type": "wasb", "extra": json.dumps(dict(server.options))}


def test_s3_through_a_connection(airflow: Airflow, pull: dict[str, object], s3_server: StoreServer) -> None:
    airflow.connect("lake_store", **as_aws(s3_server))
    prefix = s3_server.output().address.partition("://")[2]
    run = airflow.play(**pull | {"output": f"s3://lake_store@{prefix}"})
    assert run.state == "success"
    assert str(run.summary["path"]).startswith(f"s3://{prefix}/drive-")
    found = read_changes(f"s3://{prefix}", storage_options=s3_server.options).read_all()
    assert found.num_rows == run.summary["rows"] == 4
    assert SECRET not in run.everything

    airflow.connect("other_name", **as_aws(s3_server))
    again = airflow.play(**pull | {"output": f"s3://other_name@{prefix}"})
    assert (again.summary["kind"], again.summary["feed"]) == ("quiet", run.summary["feed"])


@pytest.mark.needs("azurite-blob")
def test_azure_through_a_connection(airflow: Airflow, pull: dict[str, object], azure_server: StoreServer) -> None:
    airflow.connect("lake_store", **as_wasb(azure_server))
    prefix = azure_server.output().address.partition("://")[2]
    run = airflow.play(**pull | {"output": f"abfs://lake_store@{prefix}"})
    assert (run.state, run.summary["rows"]) == ("success", 4)


def test_a_connection_that_is_not_there_fails_at_once(airflow: Airflow, pull: dict[str, object]) -> None:
    run = airflow.play(**pull | {"output": "s3://nobody@lake/prefix"}, retries=2)
    assert (run.state, run.tries) == ("failed", 1)
    assert "The Connection 'nobody' gives no access" in run.log


def test_without_the_provider_it_says_what_to_install(airflow: Airflow, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Google provider is none of those that the tests have."""
    airflow.connect("lake_store", conn_type="google_cloud_platform")
    with pytest.raises(FixSetup, match=r"'lake_store' gives no access .*apache-airflow-providers-google and gcsfs"):
        with_connection("gs://lake_store@bucket/prefix")


def test_an_output_without_a_connection_stays_as_it_is() -> None:
    for output in ("/data/lake", "s3://bucket/prefix", "abfss://lake@account.dfs.core.windows.net/x"):
        found = with_connection(output)
        assert (found.address, found.filesystem) == (output, None)


def test_operators_are_parsed_without_any_client() -> None:
    """A DAG file is parsed every few seconds."""
    clients = {"adlfs", "gcsfs", "pyarrow", "s3fs"}
    code = f"import sys, airflow_provider_drivedelta.operators; print({clients} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.splitlines()[-1] == "set()"
