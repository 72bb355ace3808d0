"""`drivedelta doctor` against a tenant whose tokens say their roles: MSAL signs in, the service goes by them."""

from __future__ import annotations

import pytest

from airflow_provider_drivedelta.cli import main
from airflow_provider_drivedelta.emulator import ClientRules, Drive, Emulator, SignInRules

SECRET = "n0t-a-real-secret~2"


@pytest.mark.parametrize(
    ("app", "drive", "status", "told"),
    [
        ("reader", 0, 0, "all is well"),
        ("stranger", 0, 3, "add the application permission Files.Read.All of Microsoft Graph"),
        ("guest", 1, 3, '"application": {"id": "guest", "displayName": "DriveDelta"}'),
    ],
)
def test_each_app_gets_what_its_roles_open(
    app: str, drive: int, status: int, told: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    roles = {"reader": ("Files.Read.All",), "stranger": ("User.Read.All",), "guest": ("Sites.Selected",)}
    clients = {name: ClientRules(secrets=frozenset({SECRET}), roles=may) for name, may in roles.items()}
    drives = [Drive("Documents", seed="open"), Drive("Closed", seed="closed")]
    monkeypatch.setenv("DRIVEDELTA_CLIENT_SECRET", SECRET)
    monkeypatch.delenv("DRIVEDELTA_ACCESS_TOKEN", raising=False)
    with Emulator(drives=drives, denied=[drives[1].id], sign_in=SignInRules(clients=clients)) as emulator:
        sign_in = ["--tenant-id", "contoso.com", "--client-id", app, "--authority", emulator.https_url]
        where = ["--base-url", f"{emulator.https_url}/v1.0", "--ca-file", emulator.ca_file]
        assert main(["doctor", "--drive", f"drives/{drives[drive].id}", *sign_in, *where]) == status
    out = capsys.readouterr().out
    assert told in out
    assert f"application '{app} (emulated)' {app}, tenant contoso.com" in out
    assert roles[app][0] in out
    assert SECRET not in out
