"""Compiling the few loops that run for everybody in every week."""

from collections.abc import Callable
from typing import Any

from numba import njit


def compiled(loop: Callable[..., None]) -> Callable[..., None]:
    """``loop`` compiled when first called, and kept on disk for later processes if it may be."""
    try:
        kept: Any = njit(cache=True)(loop)
    except RuntimeError:  # nowhere to keep it
        kept = njit(loop)
    return kept
