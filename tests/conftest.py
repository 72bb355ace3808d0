"""Fixtures of the whole suite: above all an Airflow of its own, built only if a test asks for it.

The environment is set here, before anything can import Airflow: a suite must never touch the user's own home.
"""

from __future__ import annotations

import atexit
import base64
import json
import os
import re
import shutil
import tempfile
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from airflow_provider_drivedelta.emulator import Emulator
    from tests.play import Airflow
    from tests.servers.stores import StoreServer

# The same examples each time, however slow the machine: a suite that must pass is no place for luck.
settings.register_profile("suite", derandomize=True, deadline=None)
settings.load_profile("suite")

_HOME = Path(tempfile.mkdtemp(prefix="drivedelta-airflow-"))
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)

for _name in [name for name in os.environ if name.startswith(("AIRFLOW_", "AIRFLOW__"))]:
    del os.environ[_name]  # a connection, Variable or setting of the user's shell would decide over our tests
os.environ |= {
    "AIRFLOW_HOME": str(_HOME),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__FERNET_KEY": base64.urlsafe_b64encode(os.urandom(32)).decode(),
    "AIRFLOW__CORE__TEST_CONNECTION": "Enabled",
    "AIRFLOW__API_AUTH__JWT_SECRET": os.urandom(64).hex(),
}


INSTALL = {
    "npm": "apt-get install npm",
    "initdb": "apt-get install postgresql",
    "redis-server": "apt-get install redis-server",
    "azurite-blob": "apt-get install nodejs npm, then make test",
}

# What only npm has, where `make test` puts it.
os.environ["PATH"] += f"{os.pathsep}{Path(__file__).parent / 'servers/node_modules/.bin'}"
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"  # or clients without credentials ask the network for them
os.environ["GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT"] = "false"  # it asks over gRPC, which the test server does not speak


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test marked `needs("program")` is skipped where the program is not there, with the line that installs it."""
    for mark in item.iter_markers("needs"):
        program = mark.args[0]
        if shutil.which(program) is None:
            pytest.skip(f"needs {program}: {INSTALL.get(program, f'apt-get install {program}')}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests counted (kill points, histories), whichever process they ran in."""
    for report in terminalreporter.getreports("passed"):
        for name, counted in report.user_properties:
            if name == "counted":
                terminalreporter.write_line(f"{report.nodeid.rpartition('::')[2]}: {counted}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where everything is installed on purpose, a skipped test has not run: that is a failure."""
    report = yield
    if report.skipped and os.environ.get("DRIVEDELTA_CI") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
    return report


@pytest.fixture(scope="session")
def airflow_home() -> Path:
    """A throw-away $AIRFLOW_HOME with a migrated SQLite database and an empty dags folder."""
    from airflow.utils.db import initdb

    (_HOME / "dags").mkdir()
    initdb()
    return _HOME


@pytest.fixture
def airflow(
    airflow_home: Path,
    request: pytest.FixtureRequest,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> Iterator[Airflow]:
    """Plays a DAG of one operator; its Connections and Variables end with the test."""
    from tests.play import Airflow

    def read_log() -> str:
        captured = capfd.readouterr()
        text = captured.out + captured.err + caplog.text
        caplog.clear()
        return text

    played = Airflow(airflow_home, re.sub(r"\W", "_", request.node.name), read_log)
    yield played
    played.clean()


SECRET = "n0t-a-real-secret~1"
EXPIRED = "n0t-a-real-secret~0"


@dataclass(frozen=True)
class Contoso:
    """A tenant on loopback with one application, and the Connections one may make for it."""

    emulator: Emulator

    def signing_in(self, *, login: str = "app", password: str = SECRET, **extra: object) -> dict[str, object]:
        """The fields of a Connection over https, through MSAL and the emulator's own CA."""
        given = {"tenant_id": "contoso.com", "authority": self.emulator.https_url, "ca_file": self.emulator.ca_file}
        host = f"{self.emulator.https_url}/v1.0"
        return {"host": host, "login": login, "password": password, "extra": json.dumps(given | extra)}

    def with_token(self, token: str = "r3ady-bearer-token") -> dict[str, object]:
        """The fields of a Connection over plain http, with a ready token."""
        return {"host": f"{self.emulator.url}/v1.0", "extra": json.dumps({"access_token": token})}

    @property
    def source(self) -> str:
        return f"drives/{self.emulator.drive.id}"


@pytest.fixture
def contoso() -> Iterator[Contoso]:
    """A tenant with a drive of three files in a folder; a second drive may not be read."""
    from airflow_provider_drivedelta.emulator import ClientRules, Drive, Emulator, SignInRules

    drive, closed = Drive("Documents", seed="contoso"), Drive("Closed", seed="closed")
    folder = drive.create_folder("Reports")
    for name in ("a.txt", "b.txt", "c.txt"):
        drive.create_file(name, name.encode(), folder.id)
    app = ClientRules(secrets=frozenset({SECRET}), expired_secrets=frozenset({EXPIRED}))
    rules = SignInRules(tenants=frozenset({"contoso.com"}), clients={"app": app})
    with Emulator(drives=[drive, closed], denied=[closed.id], sign_in=rules) as emulator:
        yield Contoso(emulator)


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreServer]:
    """A server that speaks S3, started once for all tests that ask for it."""
    from tests.servers.stores import moto

    with moto(tmp_path_factory.mktemp("moto")) as server:
        yield server


@pytest.fixture(scope="session")
def azure_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreServer]:
    from tests.servers.stores import azurite

    with azurite(tmp_path_factory.mktemp("azurite")) as server:
        yield server


@pytest.fixture(scope="session")
def gcs_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreServer]:
    from tests.servers.stores import fake_gcs_server

    with fake_gcs_server(tmp_path_factory.mktemp("gcs")) as server:
        yield server


@pytest.fixture(params=["s3", pytest.param("azure", marks=pytest.mark.needs("azurite-blob")), "gcs"])
def server(request: pytest.FixtureRequest) -> StoreServer:
    """Each of the stores in turn."""
    server: StoreServer = request.getfixturevalue(f"{request.param}_server")
    return server
