"""Whom TLS trusts: a CA file is looked at before the first request, where its fault can be told from the network's."""

from __future__ import annotations

import os
import ssl

from airflow_provider_drivedelta.core.errors import FixSetup


def check_ca_file(verify: bool | str) -> None:
    """:raises FixSetup: `verify` names a file that is not there or holds no certificate."""
    if isinstance(verify, bool):
        return
    try:
        if os.path.isdir(verify):
            return
        ssl.create_default_context(cafile=verify)
    except ssl.SSLError:
        raise FixSetup("The CA file holds no certificate", where=verify, then="Give a PEM file.") from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise FixSetup(f"The CA file cannot be read ({reason})", where=verify, then="Check its path.") from None
