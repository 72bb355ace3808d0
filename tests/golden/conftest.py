"""The golden lake is followed on against a scripted service."""

from tests.core.conftest import service

__all__ = ["service"]
