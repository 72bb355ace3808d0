"""The feed's folder as an asset."""

from __future__ import annotations

from pathlib import Path

import pytest

from airflow_provider_drivedelta.assets import feed_asset
from airflow_provider_drivedelta.core.summary import Summary


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("/lake/drive-b~21x", "file:///lake/drive-b~21x"),
        ("/lake with blank/drive-ü", "file:///lake%20with%20blank/drive-%C3%BC"),
        ("lake/drive-d", f"{Path.cwd().as_uri()}/lake/drive-d"),
        ("file:///lake/drive-d", "file:///lake/drive-d"),
        ("s3://bucket/lake/drive-d", "s3://bucket/lake/drive-d"),
    ],
)
def test_its_name_and_address_are_the_same(path: str, uri: str) -> None:
    asset = feed_asset(Summary(feed="f", source="drives/d", protocol="graph", kind="initial", path=path))
    assert (asset.uri, asset.name) == (uri, uri)
