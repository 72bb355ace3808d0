"""The command that signs a person in by a code: `sign-in`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from airflow_provider_drivedelta.core.hosts import AUTHORITY, CLOUD_NAMES

if TYPE_CHECKING:
    from airflow_provider_drivedelta.core.auth.device_code import DeviceCode
    from airflow_provider_drivedelta.core.auth.token_file import SignedIn

DESCRIPTION = (
    "Sign a person in: shows a code and an address, waits until the code is typed in there, and keeps the refresh "
    "token in a file that only you may read. Needs an application that allows public client flows."
)


def add_sign_in(parser: argparse.ArgumentParser) -> None:
    parser.description = DESCRIPTION
    parser.add_argument("--tenant-id", required=True, metavar="ID")
    parser.add_argument("--client-id", required=True, metavar="ID")
    parser.add_argument("--cloud", choices=CLOUD_NAMES, default=CLOUD_NAMES[0], help="Microsoft's cloud")
    parser.add_argument("--scope", metavar="SCOPE", help="what to ask for, instead of all that the application may")
    parser.add_argument("--wait", type=float, default=900.0, metavar="SECONDS", help="for the person, at most")
    parser.add_argument("--authority", metavar="URL", help="the sign-in host, instead of the cloud's own")
    parser.add_argument("--ca-file", metavar="FILE", help="trust this CA instead of the system's")
    kept = parser.add_mutually_exclusive_group(required=True)
    kept.add_argument("--to", type=Path, metavar="FILE", help="where to keep the sign-in; an older one is replaced")
    kept.add_argument(
        "--print-connection", action="store_true", help="print an Airflow Connection, secret and all, instead"
    )
    parser.set_defaults(command=_sign_in)


def _sign_in(options: argparse.Namespace) -> int:
    from airflow_provider_drivedelta.core.auth.token_file import SignInFile

    signed_in = _ask(options)
    if options.print_connection:
        print(_connection(signed_in, options.cloud))
        return 0
    SignInFile(options.to).write(signed_in)
    print(f"Signed in; kept in {options.to}. Use it with --sign-in-file, or put its refresh_token into the field")
    print("'Refresh token' of an Airflow Connection with the same client and tenant, and delete the file.")
    return 0


def _ask(options: argparse.Namespace) -> SignedIn:
    from airflow_provider_drivedelta.clouds import cloud_named
    from airflow_provider_drivedelta.core.auth.credential import SignInPlace
    from airflow_provider_drivedelta.core.auth.device_code import DeviceSignIn
    from airflow_provider_drivedelta.core.auth.msal_auth import GRAPH_SCOPE
    from airflow_provider_drivedelta.core.auth.sign_in_http import SignInHttp
    from airflow_provider_drivedelta.core.auth.token_file import SignedIn
    from airflow_provider_drivedelta.core.transport.tls import check_ca_file

    verify = options.ca_file or True
    check_ca_file(verify)
    cloud = cloud_named(options.cloud)
    authority = options.authority or (cloud.sign_in if cloud else AUTHORITY)
    asked = DeviceSignIn(
        tenant_id=options.tenant_id,
        client_id=options.client_id,
        scope=options.scope or (f"https://{cloud.graph}/.default" if cloud else GRAPH_SCOPE),
        show=_show,
        patience=options.wait,
    )
    with SignInHttp(verify=verify) as http:
        place = SignInPlace(authority=authority, instance_discovery=not options.authority, http=http, direct_http=http)
        token = asked.refresh_token(place)
    return SignedIn(tenant_id=options.tenant_id, client_id=options.client_id, authority=authority, refresh_token=token)


def _show(code: DeviceCode) -> None:
    minutes = max(1, round(code.seconds / 60))
    print(f"Open {code.address} and type in {code.code} (within {minutes} min).", file=sys.stderr, flush=True)


def _connection(signed_in: SignedIn, cloud: str) -> str:
    """For `airflow connections add --conn-json`."""
    extra = {"tenant_id": signed_in.tenant_id, "cloud": cloud, "refresh_token": signed_in.refresh_token}
    return json.dumps({"conn_type": "drivedelta", "login": signed_in.client_id, "extra": extra})
