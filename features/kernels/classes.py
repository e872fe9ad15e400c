"""Columns of a table to the classes of its rows."""

from __future__ import annotations

import numpy as np
from numba import types

from features.compiled import I32, I64, WHOLE, compiled, read, write


@compiled(*[types.UniTuple(I64, 2)(read(item), read(I32), write(I32)) for item in WHOLE])
def look_up(codes: np.ndarray, number_of: np.ndarray, number: np.ndarray) -> tuple[int, int]:
    """``number_of[code]`` for every code, the last of them for code -1.

    Returns how many are negative, and how often a number is below the one before it.
    """
    for i in range(len(codes)):
        number[i] = number_of[codes[i]]
    negative = falls = 0
    for i in range(len(number)):
        negative += number[i] < 0
    for i in range(1, len(number)):
        falls += number[i] < number[i - 1]
    return negative, falls


@compiled(*[types.void(read(item), I64, write(code)) for item in WHOLE for code in (I32, I64)])
def fold(numbers: np.ndarray, size: int, code: np.ndarray) -> None:
    """Appends a digit of base ``size`` to every code; -1 stands for the last digit."""
    for i in range(len(code)):
        digit = numbers[i]
        code[i] = code[i] * size + (size - 1 if digit < 0 else digit)


@compiled(*[types.void(read(code), write(types.boolean)) for code in (I32, I64)])
def mark(code: np.ndarray, seen: np.ndarray) -> None:
    for i in range(len(code)):
        seen[code[i]] = True


@compiled(*[types.void(read(code), read(I32), write(I32)) for code in (I32, I64)])
def renumber(code: np.ndarray, number_of: np.ndarray, number: np.ndarray) -> None:
    for i in range(len(code)):
        number[i] = number_of[code[i]]
