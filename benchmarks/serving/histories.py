"""Raw histories of real size: simulated people's rows, as a tool would send them."""

import json
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pandas as pd

from features.home import Home
from features.store import ExtractStore
from features.tables import Tables

NEAR = 0.06
"""How far from the size asked for a history may be, as a share of it."""


@dataclass(frozen=True)
class Histories:
    """``bodies``: what is posted to ``/score``, one person each. ``rows``: how many each has."""

    bodies: list[bytes]
    rows: list[int]
    index_date: str

    def together(self, number: int) -> bytes:
        """So many of them as one body for ``/score_batch``; who comes again gets another id."""
        tables: dict[str, list[dict[str, Any]]] = {}
        for turn in range(number):
            body = json.loads(self.bodies[turn % len(self.bodies)])
            for name, rows in body["history"].items():
                mine = tables.setdefault(name, [])
                mine.extend({**row, "person_id": f"B{turn}"} for row in rows)
        return _body(tables, self.index_date)


def histories(home: Home, people: int, rows: int | None = None) -> Histories:
    """People of the home's extract: with about ``rows`` rows, or, where None, as they come."""
    extract = ExtractStore(home).current()
    day = extract.manifest.data_through.isoformat()
    found: list[tuple[bytes, int]] = []
    for number in extract.partitions:
        tables = extract.read(number)
        sizes = pd.concat([t["person_id"].astype(str) for t in tables.values()]).value_counts()
        if rows is not None:
            sizes = sizes[abs(sizes - rows) <= NEAR * rows]
        for who in islice(sorted(sizes.index), people - len(found)):
            found.append((_body(_of(tables, who), day), int(sizes[who])))
        if len(found) >= people:
            break
    bodies, sizes_of = zip(*found, strict=True)
    return Histories(list(bodies), list(sizes_of), day)


def _of(tables: Tables, who: str) -> dict[str, list[dict[str, Any]]]:
    mine = {name: rows[rows["person_id"].astype(str) == who] for name, rows in tables.items()}
    return {name: [_plain(row) for row in rows.to_dict("records")] for name, rows in mine.items()}


def _plain(row: dict[Any, Any]) -> dict[str, Any]:
    kept = {str(column): value for column, value in row.items() if not pd.isna(value)}
    return {c: v.date().isoformat() if hasattr(v, "date") else v for c, v in kept.items()}


def _body(tables: dict[str, list[dict[str, Any]]], day: str) -> bytes:
    return json.dumps({"index_date": day, "history": tables}).encode()
