"""NDJSON files, a block of resources at a time."""

import gzip
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from features.errors import DataError

TYPES = (
    *("Organization", "Medication", "Patient", "Encounter", "EpisodeOfCare", "Condition"),
    *("Procedure", "MedicationDispense", "MedicationRequest", "Observation"),
)
BLOCK = 20_000
MANIFEST = "manifest.json"
STATE = ".export.json"  # there while an export into the folder is not finished
_GZIPPED = b"\x1f\x8b"
_NAME = re.compile(rf"(?:.*[._-])?({'|'.join(TYPES)})(?:[._-].*)?\.ndjson(?:\.gz)?")

Resource = dict[str, Any]


@dataclass(frozen=True)
class Block:
    """Some resources, the file and the number of each one's line."""

    resources: list[Resource]
    lines: list[int]
    origin: str


class Read(list[Resource]):
    """Resources, and the place of the one that is being read (none before and after)."""

    at: int | None = None

    def __iter__(self) -> Iterator[Resource]:
        for self.at, resource in enumerate(super().__iter__()):
            yield resource
        self.at = None


class Resources:
    """The files of a folder, by type."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise DataError("no such folder", where=str(folder), do="Give a folder of NDJSON.")
        if (folder / STATE).exists():
            raise DataError(
                "the export into this folder is not finished",
                where=str(folder),
                do="Run the same fhir-export again: it goes on where it was.",
            )
        self._reading: tuple[Block, Read] | None = None
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
            for block in _blocks(file, kind):
                read = Read(block.resources)
                self._reading = block, read
                yield replace(block, resources=read)

    def misshapen(self) -> DataError | None:
        """What to say of an error on the way: that of the resource in hand, if there is one."""
        if self._reading is None or self._reading[1].at is None:
            return None
        block, read = self._reading
        return DataError(
            "not shaped as FHIR R4 has it",
            where=f"{block.origin}, line {block.lines[read.at or 0]}",
            do=_ANEW,
        )


def _blocks(file: Path, kind: str) -> Iterator[Block]:
    resources: list[Resource] = []
    lines: list[int] = []
    number = 0
    try:
        with gzip.open(file) if _is_gzipped(file) else file.open("rb") as opened:
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


def _is_gzipped(file: Path) -> bool:
    """By its first bytes: a server may send what it keeps packed under a plain name."""
    with file.open("rb") as opened:
        return opened.read(len(_GZIPPED)) == _GZIPPED


_ANEW = "Export it anew."
