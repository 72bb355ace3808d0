"""Access tokens as Entra words them, signed by nobody: to be read, never to be trusted."""

from __future__ import annotations

import base64
import json


def token_of(**claims: object) -> str:
    return f"{_part({'typ': 'JWT', 'alg': 'RS256'})}.{_part(claims)}.c2lnbmF0dXJl"


def _part(told: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")
