"""NDJSON files, a block of resources at a time."""

import gzip
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from features.errors import DataError

TYPES = (
    *("Organization", "Medication", "Patient", "Encounter", "EpisodeOfCare", "Condition"),
    *("Procedure", "MedicationDispense", "MedicationRequest", "Observation"),
)
BLOCK = 20_000
MANIFEST = "manifest.json"
_NAME = re.compile(rf"(?:.*[._-])?({'|'.join(TYPES)})(?:[._-].*)?\.ndjson(?:\.gz)?")

Resource = dict[str, Any]


@dataclass(frozen=True)
class Block:
    """Some resources, the file and the number of each one's line."""

    resources: list[Resource]
    lines: list[int]
    origin: str


class Resources:
    """The files of a folder, by type."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise DataError("no such folder", where=str(folder), do="Give a folder of NDJSON.")
        self.files: dict[str, list[Path]] = {}
        for file in sorted(folder.iterdir()):
            named = _NAME.fullmatch(file.name)
            if named:
                self.files.setdefault(named.group(1), []).append(file)
        for needed in ("Patient", "Encounter"):
            if needed not in self.files:
                raise DataError(
                    f"no file of {needed} resources",
                    where=str(folder),
                    do=f"Expected {needed}.ndjson or {needed}.000.ndjson.gz.",
                )

    def has(self, kind: str) -> bool:
        return kind in self.files

    def blocks(self, kind: str) -> Iterator[Block]:
        """Raises DataError for a line that is no resource of this type, naming the line."""
        for file in self.files.get(kind, ()):
            yield from _blocks(file, kind)


def _blocks(file: Path, kind: str) -> Iterator[Block]:
    resources: list[Resource] = []
    lines: list[int] = []
    number = 0
    try:
        with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as opened:
            for number, line in enumerate(opened, start=1):
                if not line.strip():
                    continue
                resource = json.loads(line)
                if not isinstance(resource, dict) or resource.get("resourceType") != kind:
                    raise DataError(
                        f"not a {kind} resource", where=f"{file.name}, line {number}", do=_ANEW
                    )
                resources.append(resource)
                lines.append(number)
                if len(resources) == BLOCK:
                    yield Block(resources, lines, file.name)
                    resources, lines = [], []
    except (ValueError, RecursionError):
        raise DataError("not JSON", where=f"{file.name}, line {number}", do=_ANEW) from None
    except (OSError, EOFError, zlib.error):
        raise DataError(
            "the file is damaged and cannot be read", where=file.name, do=_ANEW
        ) from None
    if resources:
        yield Block(resources, lines, file.name)


_ANEW = "Export it anew."
