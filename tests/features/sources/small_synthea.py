"""A Synthea export of three people, in either layout of its columns."""

import csv
from pathlib import Path
from typing import Any

from features.sources.synthea import ADDED_2025, LAYOUT_2023

ROWS: dict[str, list[dict[str, Any]]] = {
    "patients": [
        {"id": "p1", "birthdate": "1938-04-01", "gender": "F"},
        {"id": "p2", "birthdate": "1941-11-30", "gender": "M", "deathdate": "2024-02-10"},
        {"id": "p3", "birthdate": "1950-01-01", "gender": "U"},
    ],
    "encounters": [
        {"id": id, "start": f"2024-{start}:00Z", "stop": f"2024-{stop}:00Z", "patient": person,
         "organization": unit, "encounterclass": kind}
        for id, start, stop, person, unit, kind in (
            # 23:30 in winter is half past midnight in Stockholm
            ("e1", "01-01T23:30", "01-05T10:00", "p1", "o1", "inpatient"),
            ("e2", "02-01T10:00", "02-01T11:00", "p1", "o2", "wellness"),
            ("e3", "02-20T10:00", "02-20T11:00", "p2", "o2", "wellness"),
            ("e4", "01-10T10:00", "02-01T11:00", "p2", "o3", "snf"),
            ("e5", "01-08T10:00", "01-08T18:00", "p2", "o1", "emergency"),
        )
    ],
    "conditions": [
        {"start": "2024-01-01", "patient": "p1", "encounter": "e1", "code": "44054006"},
        {"start": "2024-01-11", "patient": "p2", "encounter": "e4", "code": "195967001"},
        {"start": "2024-02-01", "patient": "p1", "encounter": "e2", "code": "73211009"},
    ],
    "procedures": [
        {"start": "2024-01-02T10:00:00Z", "patient": "p1", "encounter": "e1", "code": "430193006"},
    ],
    "medications": [
        {"start": "2024-01-01T10:00:00Z", "stop": "2024-01-31T10:00:00Z", "patient": "p1",
         "encounter": "e1", "code": "314076", "dispenses": "3"},
        {"start": "2024-01-05T10:00:00Z", "patient": "p2", "encounter": "e5", "code": "314076",
         "dispenses": "3"},
        {"start": "2024-01-05T10:00:00Z", "patient": "p2", "encounter": "e5", "code": "999",
         "dispenses": "1"},
    ],
}  # fmt: skip

CODES = """\
system,code,to_system,to_code
snomed,44054006,icd10se,E11.9
snomed,44054006,icd10se,E14
rxnorm,314076,atc,C09AA03
"""


def deliver_synthea(folder: Path, *, newer: bool = False) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for table, columns in LAYOUT_2023.items():
        added = ADDED_2025.get(table, "").split() if newer else []
        names = [*columns.split(), *added]
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names, restval="")
            writer.writerow({n: "Id" if n == "id" else n.upper() for n in names})
            for row in ROWS[table]:
                extra = {"system": "http://snomed.info/sct"} if "system" in added else {}
                writer.writerow({**row, **extra})
    return folder


def code_map(folder: Path) -> Path:
    file = folder / "codes.csv"
    file.write_text(CODES, encoding="utf-8")
    return file
