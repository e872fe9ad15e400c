"""What Västra Götaland's 49 municipalities are called, and the health-care area of each.

Facts of the list that the simulated region is made of (``region/municipalities.csv``, with
its sources). Other regions' codes are not in it: those have no name here.
"""

import csv
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "region" / "municipalities.csv"


@cache
def _rows() -> dict[str, tuple[str, str]]:
    with FILE.open(encoding="utf-8", newline="") as lines:
        return {row["code"]: (row["name"], row["area"]) for row in csv.DictReader(lines)}


def name_of(code: str) -> str:
    """The municipality's name; "" for a code that is not in the list."""
    return _rows().get(code, ("", ""))[0]


def area_of(code: str) -> str:
    """The health-care area that it belongs to; "" for a code that is not in the list."""
    return _rows().get(code, ("", ""))[1]
