"""MEDS-Tab, the nearest open tool (Oufattole et al. 2024, arXiv 2411.00200)."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class MedsTab:
    """What came of running it; ``seconds`` None where it was not run."""

    note: str
    people: int = 0
    events: int = 0
    seconds: float | None = None
    ours: float | None = None

    def says(self) -> str:
        return f"## MEDS-Tab\n\n{self.note}"


def meds_tab(python: Path | None, *, seed: int) -> MedsTab:
    return MedsTab("Not run here: no environment with it was named (`--meds-tab`).")
