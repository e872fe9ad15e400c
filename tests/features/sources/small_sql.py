"""The canonical tables of the other tests, in a database under Swedish names."""

import csv
import io
import sqlite3
from pathlib import Path

from tests.features.deliveries import SMALL

QUERIES = {
    "persons": "select person_id, birth_date, sex from patient",
    "contacts": """select person_id, contact_id, start, "end", setting, form, urgency, care_unit
        from vardkontakt""",
    "diagnoses": "select person_id, contact_id, date, system, code, position from diagnos",
}
NAMES = {"persons": "patient", "contacts": "vardkontakt", "diagnoses": "diagnos"}


def fill_sqlite(file: Path) -> str:
    """Returns the database's address."""
    with sqlite3.connect(file) as database:
        for table, text in SMALL.items():
            head, *rows = csv.reader(io.StringIO(text))
            columns = ", ".join(f'"{name}"' for name in head)
            database.execute(f"create table {NAMES[table]} ({columns})")
            marks = ", ".join("?" * len(head))
            values = [[value or None for value in row] for row in rows]
            database.executemany(f"insert into {NAMES[table]} values ({marks})", values)
    database.close()
    return f"sqlite:///{file}"


def write_toml(file: Path, queries: dict[str, str] | None = None, head: str = "") -> Path:
    lines = [f"{name} = '''{query}'''" for name, query in (queries or QUERIES).items()]
    file.write_text("\n".join([head, "[tables]", *lines, ""]), encoding="utf-8")
    return file
