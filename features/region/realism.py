"""How true to life a simulated region is: ``python -m features.region.realism FOLDER``.

Every figure of ``calibration.csv`` that can be is measured from the tables as delivered
(``measured``) and printed beside what is published. A *bound* must hold, an *aim* should: it
is the published figure give or take a quarter where the file gives no limits of its own. A
*plausible* range is not published. The rest cannot be compared, and says why.
"""

import csv
import math
import sys
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from features.region.facts import FOLDER
from features.region.measured import MEASURED
from features.region.records import Region

GIVE_OR_TAKE = 0.25
USES = ("bound", "aim", "plausible", "none")


@dataclass(frozen=True)
class Figure:
    """A row of ``calibration.csv``. ``low`` and ``high`` are NaN where nothing is compared."""

    name: str
    what: str
    published: str
    low: float
    high: float
    unit: str
    use: str
    all_ages_only: bool
    note: str
    source: str

    @property
    def hard(self) -> bool:
        return self.use == "bound"


@dataclass(frozen=True)
class Achieved:
    figure: Figure
    value: float
    """NaN where the figure is not compared, or not in a region of these ages."""

    @property
    def measured(self) -> bool:
        return not math.isnan(self.value)

    @property
    def met(self) -> bool:
        return self.figure.low <= self.value <= self.figure.high


@cache
def figures() -> tuple[Figure, ...]:
    with (FOLDER / "calibration.csv").open(encoding="utf-8", newline="") as file:
        return tuple(_figure(row) for row in csv.DictReader(file))


def _figure(row: dict[str, str]) -> Figure:
    low = high = math.nan
    if row["low"]:
        low, high = float(row["low"]), float(row["high"])
    elif row["use"] == "aim":
        middle = float(row["published"])
        low, high = (1 - GIVE_OR_TAKE) * middle, (1 + GIVE_OR_TAKE) * middle
    return Figure(
        row["name"], row["figure"], row["published"], low, high, row["unit"], row["use"],
        row["ages"] == "all", row["note"], row["source"],
    )  # fmt: skip


def realism(folder: Path, day: date | None = None) -> list[Achieved]:
    """Every figure, measured in the year from ``day`` (default: the last year known whole)."""
    region = Region(Path(folder), day)
    return [
        Achieved(
            figure,
            MEASURED[figure.name](region)
            if figure.use != "none" and (region.youngest == 0 or not figure.all_ages_only)
            else math.nan,
        )
        for figure in figures()
    ]


def as_markdown(achieved: list[Achieved]) -> str:
    lines = ["| Figure | Published | Held to | Achieved | | Source |", "|---|---|---|---|---|---|"]
    for a in achieved:
        f = a.figure
        if a.measured:
            digits = 3 if f.high <= 1 and not f.unit else 2 if f.high <= 1 else 1
            value = f"{a.value:.{digits}f}" + ("" if a.met else " (outside)")
        else:
            value = "–"
        held = "–" if math.isnan(f.low) else f"{f.low:.3g}–{f.high:.3g} {f.unit}".rstrip()
        use = {"none": "not comparable"}.get(f.use, f.use)
        if f.all_ages_only:
            use += ", all ages only"
        source = f"{f.source} ({f.note})" if f.note else f.source
        lines.append(f"| {f.what} | {f.published or '–'} | {held} | {value} | {use} | {source} |")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or not (Path(arguments[0]) / "region.json").is_file():
        print("Usage: python -m features.region.realism FOLDER  (of a simulated region)")
        return 2
    achieved = realism(Path(arguments[0]))
    print(as_markdown(achieved))
    return 0 if all(a.met for a in achieved if a.figure.hard) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
