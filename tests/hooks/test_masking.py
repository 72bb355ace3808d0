"""Passing tokens are masked once each, and not without end."""

from __future__ import annotations

from airflow_provider_drivedelta.hooks.masking import TokenMask


def test_each_token_is_masked_once() -> None:
    """H5."""
    masked: list[str] = []
    mask = TokenMask(masked.append)
    for token in ("t1", "t2", "t1"):
        mask(token)
    assert masked == ["t1", "t2"]


def test_a_process_that_never_ends_masks_so_many_and_no_more() -> None:
    masked: list[str] = []
    mask = TokenMask(masked.append, most=3)
    for number in range(9):
        mask(f"t{number}")
    assert masked == ["t0", "t1", "t2"]
