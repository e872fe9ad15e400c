"""Which model the workers serve: a file that ``framsynt serve`` writes and every worker reads.

So all workers serve the same one, none of them asks the registry, and one that starts again
serves what the others do. A line is ``version:folder``, the model that is wanted first; the ones
before it follow, for a worker that cannot load it.
"""

from dataclasses import dataclass
from pathlib import Path

FILE = "FRAMSYNT_PIN_FILE"
"""Names the file in the workers' environment."""

KEPT = 3


@dataclass(frozen=True)
class Pin:
    """A registered version and the folder that its model lies in; empty where it is not there."""

    version: str
    folder: str

    @classmethod
    def of(cls, line: str) -> "Pin":
        version, _, folder = line.partition(":")
        return cls(version, folder)

    def __str__(self) -> str:
        return f"{self.version}:{self.folder}"


def read(file: Path) -> list[Pin]:
    return [Pin.of(line) for line in file.read_text(encoding="utf-8").splitlines() if line]


def write(file: Path, pins: list[Pin]) -> None:
    """Whole or not at all: the workers are looking."""
    draft = file.with_suffix(".draft")
    draft.write_text("".join(f"{pin}\n" for pin in pins[:KEPT]), encoding="utf-8")
    draft.replace(file)


def with_new(pins: list[Pin], new: Pin) -> list[Pin]:
    """The new one first, each version once."""
    return [new, *(pin for pin in pins if pin.version != new.version)]
