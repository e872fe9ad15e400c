"""The engine against Polars, DuckDB and pandas: same events, same features, same run.

    python benchmarks/engine.py --people 350000 --events 56000000

612 window features: 60 diagnosis groups, 8 kinds of contact by urgency, 4 day sums and 30
medicine groups, each over six windows. Every contender starts from its own in-memory
columns, with text as dictionaries, and ends with a dense float32 matrix; the matrices are
compared number by number before any time is printed. Ratios are what to read: absolute
times move with the machine.
"""

import argparse
import gc
import resource
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from features.codelists.reader import CodeList, Row
from features.history import History
from features.matrix import features_of, fill
from features.measures.base import Domain, Measure, Phrase, Wording
from features.measures.kinds import Count, Sum
from features.rows import contacts, diagnoses, dispensings
from features.tables import Coverage, Tables

WINDOWS = (30, 90, 180, 365, 730, 1825)
INDEX_DATE = date(2026, 11, 16)
SETTINGS = ("primary", "specialist", "emergency", "inpatient")
URGENCIES = ("planned", "unplanned")
N_DIAGNOSIS_GROUPS, N_MEDICINE_GROUPS, N_DAY_SUMS = 60, 30, 4
N_CODES = 900
PEOPLE_PER_PARTITION = 12_500


def code_list(name: str, system: str, n_groups: int) -> CodeList:
    """Every code stands in one group, so every event counts."""
    size = N_CODES // n_groups
    rows = tuple(
        Row(f"g{code // size}", system, f"C{code:03}", 1.0, "", "", "", "", "found")
        for code in range(N_CODES)
    )
    return CodeList(name, rows)


DIAGNOSIS_GROUPS = code_list("diagnosis_groups", "icd10se", N_DIAGNOSIS_GROUPS)
MEDICINE_GROUPS = code_list("medicine_groups", "atc", N_MEDICINE_GROUPS)


def measures() -> list[Measure]:
    """The 102 measures, as declarations."""
    said = Wording(Phrase("rader", "{n}", "inga"), Phrase("rows", "{n}", "none"))
    shared = {"domain": Domain.CONDITIONS, "says": said, "windows": WINDOWS}
    made: list[Measure] = [
        Count(name=f"dx_{g}", of=diagnoses.coded(DIAGNOSIS_GROUPS, g), **shared)
        for g in DIAGNOSIS_GROUPS.groups
    ]
    made += [
        Count(name=f"{s}_{u}", of=contacts.where(setting=s, urgency=u), **shared)
        for s in SETTINGS
        for u in URGENCIES
    ]
    made += [
        Sum(
            name=f"days_{g}",
            of=dispensings.coded(MEDICINE_GROUPS, g),
            column="days_supply",
            unit="days",
            **shared,
        )
        for g in MEDICINE_GROUPS.groups[:N_DAY_SUMS]
    ]
    made += [
        Count(name=f"rx_{g}", of=dispensings.coded(MEDICINE_GROUPS, g), **shared)
        for g in MEDICINE_GROUPS.groups
    ]
    return made


def simulate(people: int, events: int, seed: int) -> dict[str, dict[str, np.ndarray]]:
    """Plain columns: person number, day, recorded day, and what tells the rows apart."""
    rng = np.random.default_rng(seed)
    last = np.datetime64(INDEX_DATE, "D").astype(int)

    def rows(n: int) -> dict[str, np.ndarray]:
        person = np.sort(rng.integers(0, people, n, dtype=np.int32))
        day = rng.integers(last - 1826, last + 10, n, dtype=np.int32)
        return {"person": person, "day": day, "recorded": day + rng.integers(0, 15, n, np.int32)}

    n_dx, n_contacts = int(events * 0.36), int(events * 0.28)
    dx, visits, rx = rows(n_dx), rows(n_contacts), rows(events - n_dx - n_contacts)
    popularity = rng.permutation(1.0 / np.arange(1, N_CODES + 1))
    dx["code"] = rng.choice(N_CODES, n_dx, p=popularity / popularity.sum()).astype(np.int16)
    visits["setting"] = rng.choice(4, n_contacts, p=[0.7, 0.2, 0.05, 0.05]).astype(np.int8)
    visits["urgency"] = rng.integers(0, 2, n_contacts, dtype=np.int8)
    rx["code"] = rng.choice(N_CODES, len(rx["day"]), p=popularity / popularity.sum()).astype(
        np.int16
    )
    rx["days_supply"] = rng.choice([28.0, 90.0, 98.0], len(rx["day"]))
    return {"diagnoses": dx, "contacts": visits, "dispensings": rx}


def framsynt(data: dict[str, dict[str, np.ndarray]], people: int) -> Callable[[], np.ndarray]:
    """As a run does it: partition by partition, as the store delivers them, two at a time."""
    edges = np.append(np.arange(0, people, PEOPLE_PER_PARTITION), people)
    partitions = [_tables(data, int(first), int(last)) for first, last in pairwise(edges)]
    tables = frozenset(partitions[0])
    coverage = Coverage(tables, frozenset({"icd10se"}), frozenset(SETTINGS), True)
    declared = measures()
    n_features = len(features_of(declared))

    def run() -> np.ndarray:
        matrix = np.empty((people, n_features), dtype=np.float32)

        def part(number: int) -> None:
            history = History.of(partitions[number], coverage)
            fill(matrix[edges[number] : edges[number + 1]], history.at(INDEX_DATE), declared)

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(part, range(len(partitions))))
        return matrix

    return run


def _tables(data: dict[str, dict[str, np.ndarray]], first: int, last: int) -> Tables:
    """The canonical tables of some people, as the store hands them over."""
    ids = pd.Index([f"p{i:07}" for i in range(first, last)])
    codes = [f"C{i:03}" for i in range(N_CODES)]

    def one_value(value: object, n: int) -> pd.Categorical:
        return pd.Categorical.from_codes(np.zeros(n, dtype=np.int8), [value])

    made: Tables = {"persons": pd.DataFrame({"person_id": ids})}
    for name, source in data.items():
        here = slice(*np.searchsorted(source["person"], [first, last]))
        part = {column: values[here] for column, values in source.items()}
        n = len(part["person"])
        happened = part["day"].astype("datetime64[D]").astype("datetime64[s]")
        recorded = part["recorded"].astype("datetime64[D]").astype("datetime64[s]")
        columns: dict[str, object] = {
            "person_id": pd.Categorical.from_codes(part["person"] - first, ids),
            "recorded_at": recorded,
        }
        if name == "contacts":
            columns |= {
                "start": happened,
                "end": happened,
                "setting": pd.Categorical.from_codes(part["setting"], SETTINGS),
                "urgency": pd.Categorical.from_codes(part["urgency"], URGENCIES),
                "form": one_value("visit", n),
                "profession": one_value("physician", n),
            }
        elif name == "diagnoses":
            columns |= {
                "date": happened,
                "system": one_value("icd10se", n),
                "code": pd.Categorical.from_codes(part["code"], codes),
                "position": np.ones(n, dtype=np.int8),
            }
        else:
            columns |= {
                "date": happened,
                "atc": pd.Categorical.from_codes(part["code"], codes),
                "days_supply": part["days_supply"],
                "dose_dispensed": one_value(False, n),
            }
        made[name] = pd.DataFrame(columns)
    return made


INDEX_DAY = int(np.datetime64(INDEX_DATE, "D").astype(int))


def _plain_columns(data: dict[str, dict[str, np.ndarray]]) -> dict[str, dict[str, np.ndarray]]:
    """What the others start from: day numbers and small codes; the kind is ``code // per``."""
    dx, visits, rx = data["diagnoses"], data["contacts"], data["dispensings"]
    codes = {
        "diagnoses": dx["code"],
        "contacts": (visits["setting"] * 2 + visits["urgency"]).astype(np.int16),
        "dispensings": rx["code"],
    }
    return {
        name: {
            "person": data[name]["person"],
            "day": data[name]["day"],
            "recorded": data[name]["recorded"],
            "code": code,
            **({"days": rx["days_supply"]} if name == "dispensings" else {}),
        }
        for name, code in codes.items()
    }


PARTS = (
    ("diagnoses", N_DIAGNOSIS_GROUPS, N_CODES // N_DIAGNOSIS_GROUPS, None),
    ("contacts", 8, 1, None),
    ("dispensings", N_DAY_SUMS, N_CODES // N_MEDICINE_GROUPS, "days"),
    ("dispensings", N_MEDICINE_GROUPS, N_CODES // N_MEDICINE_GROUPS, None),
)
"""Table, number of kinds, codes per kind, summed column: the column order of the matrix."""


def polars_sums(data: dict[str, dict[str, np.ndarray]], people: int) -> Callable[[], np.ndarray]:
    """Conditional sums: one filtered aggregate per feature, grouped by person."""
    import polars as pl

    frames = {name: pl.DataFrame(columns) for name, columns in _plain_columns(data).items()}

    def run() -> np.ndarray:
        parts = []
        for table, kinds, per, summed in PARTS:
            features = [
                (pl.col(summed) if summed else pl.lit(1, pl.UInt32))
                .filter((pl.col("kind") == kind) & (pl.col("age") <= window))
                .sum()
                .cast(pl.Float32)
                .alias(f"{kind}_{window}")
                for kind in range(kinds)
                for window in WINDOWS
            ]
            wide = (
                frames[table]
                .lazy()
                .filter(
                    (pl.col("recorded") < INDEX_DAY)
                    & (pl.col("day") >= INDEX_DAY - WINDOWS[-1])
                    & (pl.col("code") < kinds * per)
                )
                .with_columns(age=INDEX_DAY - pl.col("day"), kind=pl.col("code") // per)
                .group_by("person")
                .agg(features)
                .collect()
            )
            dense = np.zeros((people, kinds * len(WINDOWS)), dtype=np.float32)
            dense[wide["person"].to_numpy()] = wide.drop("person").to_numpy()
            parts.append(dense)
        return np.hstack(parts)

    return run


def _duckdb(data: dict[str, dict[str, np.ndarray]]) -> Any:
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    for name, columns in _plain_columns(data).items():
        connection.register("incoming", pd.DataFrame(columns))
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM incoming")
        connection.unregister("incoming")
    return connection


_AGE = f"({INDEX_DAY} - day)"
_BUCKET = "CASE " + " ".join(f"WHEN {_AGE} <= {w} THEN {i}" for i, w in enumerate(WINDOWS)) + " END"


def _known(kinds: int, per: int) -> str:
    return f"recorded < {INDEX_DAY} AND {_AGE} <= {WINDOWS[-1]} AND code < {kinds * per}"


def duckdb_pivot(data: dict[str, dict[str, np.ndarray]], people: int) -> Callable[[], np.ndarray]:
    """All in SQL but the running sum: a pivot over kind and bucket, grouped by person."""
    connection = _duckdb(data)

    def run() -> np.ndarray:
        parts = []
        for table, kinds, per, summed in PARTS:
            n_cells = kinds * len(WINDOWS)
            wide = connection.execute(
                f"""PIVOT (SELECT person, (code // {per}) * {len(WINDOWS)} + {_BUCKET} AS cell,
                    {summed or "1"} AS n FROM {table} WHERE {_known(kinds, per)})
                    ON cell IN ({", ".join(map(str, range(n_cells)))})
                    USING sum(n) GROUP BY person"""
            ).fetchnumpy()
            dense = np.zeros((people, n_cells), dtype=np.float32)
            for cell in range(n_cells):
                dense[wide["person"], cell] = np.ma.filled(wide[str(cell)], 0)
            dense = dense.reshape(people, kinds, len(WINDOWS))
            parts.append(np.cumsum(dense, axis=2, out=dense).reshape(people, -1))
        return np.hstack(parts)

    return run


def duckdb_counts(data: dict[str, dict[str, np.ndarray]], people: int) -> Callable[[], np.ndarray]:
    """Our design with DuckDB as its counter: the counting in SQL, the rest in NumPy."""
    connection = _duckdb(data)

    def run() -> np.ndarray:
        parts = []
        for table, kinds, per, summed in PARTS:
            found = connection.execute(
                f"""SELECT person, code // {per} AS kind, {_BUCKET} AS bucket,
                    {f"sum({summed})" if summed else "count(*)"} AS n
                    FROM {table} WHERE {_known(kinds, per)} GROUP BY ALL"""
            ).fetchnumpy()
            parts.append(_spread(found, people, kinds))
        return np.hstack(parts)

    return run


def _spread(found: dict[str, np.ndarray], people: int, kinds: int) -> np.ndarray:
    dense = np.zeros((people, kinds, len(WINDOWS)), dtype=np.float32)
    dense[found["person"], found["kind"], found["bucket"]] = found["n"]
    np.cumsum(dense, axis=2, out=dense)
    return dense.reshape(people, -1)


def pandas_groups(data: dict[str, dict[str, np.ndarray]], people: int) -> Callable[[], np.ndarray]:
    """groupby person, kind and bucket, then spread and accumulate."""
    frames = {name: pd.DataFrame(columns) for name, columns in _plain_columns(data).items()}

    def run() -> np.ndarray:
        parts = []
        for table, kinds, per, summed in PARTS:
            rows = frames[table]
            rows = rows[
                (rows["recorded"] < INDEX_DAY)
                & (rows["day"] >= INDEX_DAY - WINDOWS[-1])
                & (rows["code"] < kinds * per)
            ]
            bucket = np.searchsorted(WINDOWS, INDEX_DAY - rows["day"])
            rows = rows.assign(kind=rows["code"] // per, bucket=bucket)
            grouped = rows.groupby(["person", "kind", "bucket"])
            n = (grouped[summed].sum() if summed else grouped.size()).rename("n").reset_index()
            parts.append(_spread({c: n[c].to_numpy() for c in n}, people, kinds))
        return np.hstack(parts)

    return run


CONTENDERS = {
    "Framsynt": framsynt,
    "Polars, conditional sums": polars_sums,
    "DuckDB, grouped pivot": duckdb_pivot,
    "Our design, DuckDB counts": duckdb_counts,
    "Our design, pandas counts": pandas_groups,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=350_000)
    parser.add_argument("--events", type=int, default=56_000_000)
    parser.add_argument("--repeats", type=int, default=2, help="best of these is shown")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    data = simulate(chosen.people, chosen.events, chosen.seed)
    seconds: dict[str, float] = {}
    expected: np.ndarray | None = None
    for name, prepare in CONTENDERS.items():
        run = prepare(data, chosen.people)
        times = []
        for _ in range(chosen.repeats):
            gc.collect()
            started = time.perf_counter()
            matrix = run()
            times.append(time.perf_counter() - started)
        seconds[name] = min(times)
        if expected is None:
            expected = matrix
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        np.testing.assert_array_equal(matrix, expected, err_msg=name)
        print(f"{name:26} {seconds[name]:7.1f} s   {matrix.shape[1]} features, equal", flush=True)
        del run, matrix
    ours = seconds["Framsynt"]
    for name, value in seconds.items():
        print(f"{name:26} {value / ours:7.1f} times Framsynt's time")
    for what, ours_by_others in (("as their users write it", False), ("in our own design", True)):
        best = min(
            v for n, v in seconds.items() if n.startswith("Our") == ours_by_others and v != ours
        )
        print(f"The best of the others, {what}: {best / ours:.1f} times as long as Framsynt.")
    print(f"Peak memory up to the end of Framsynt's part, data included: {peak:.1f} GB")


if __name__ == "__main__":
    main()
