"""How a loop is compiled: which arrays it takes, and where the result is kept.

A room's loops stand in the room; what compiles them is the same for all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numba
from numba import types
from numba.core.typing import Signature

NEVER = 2**30
"""As ``features.events.NEVER``; a plain number, so that it is compiled in."""


def read(item: types.Type, dimensions: int = 1) -> types.Array:
    """An array that is only read, and so may be read-only."""
    return types.Array(item, dimensions, "C", readonly=True)


def write(item: types.Type, dimensions: int = 1, layout: Literal["C", "A"] = "C") -> types.Array:
    return types.Array(item, dimensions, layout)


def compiled(*signatures: Signature) -> Callable[[Callable[..., Any]], Any]:
    """Compiles a loop for ``signatures`` at once, or without any when it is first called.

    The result is kept on disk for later processes. The loop holds no lock of the
    interpreter, so threads run side by side.
    """

    def compile_(loop: Callable[..., Any]) -> Any:
        known = list(signatures) or None
        try:
            return numba.njit(known, nogil=True, cache=True)(loop)
        except RuntimeError:  # nowhere to keep it: compiled anew in every process
            return numba.njit(known, nogil=True)(loop)

    return compile_


I8, I16, I32, I64 = types.int8, types.int16, types.int32, types.int64
U32 = types.uint32
WHOLE = (I8, I16, I32, I64)
