"""What must hold between rows and between tables: keys, persons, contacts, dates."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from features.columns import NUMBER_OF, Reason
from features.tables import ALL_TABLES, PERSONS, Table, Tables


@dataclass(frozen=True)
class Faults:
    """Per row: ``reasons`` (0 = none) and ``blamed``, a number into ``columns``."""

    reasons: np.ndarray
    blamed: np.ndarray
    columns: list[str]

    def note(self, broken: np.ndarray, column: str, reason: Reason) -> None:
        new = broken & (self.reasons == 0)
        self.reasons[new] = NUMBER_OF[reason]
        self.blamed[new] = self.columns.index(column)


def person_numbers(person_id: pd.Series, people: pd.Index) -> np.ndarray:
    """Place of each row's person in ``people`` (unique); -1 for somebody else."""
    if isinstance(person_id.dtype, pd.CategoricalDtype):
        of_category = people.get_indexer(person_id.cat.categories.astype("str"))
        return np.append(of_category, -1)[person_id.cat.codes.to_numpy()]
    return people.get_indexer(pd.Index(person_id.astype("str")))


def contact_keys(person: np.ndarray, contact_id: pd.Series) -> np.ndarray:
    """(person, contact_id) as one uint64 each; rows without contact get the key of "".

    A 64-bit hash: two different contacts among a million share a key once in 40 million
    extracts.
    """
    text = contact_id.array.to_numpy(dtype=object)
    missing = np.asarray(contact_id.array.isna())
    if missing.any():
        text = np.where(missing, "", text)
    hashed = pd.util.hash_array(text, categorize=False)
    return hashed ^ ((person.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15))


def check_between_tables(tables: Tables, data_through: date | None = None) -> dict[str, Faults]:
    """Faults that only show beside other rows; rows are to have passed ``validate_table``.

    - A key used twice: the first row stands, later ones are rejected. ``contact_id`` must be
      unique within a person.
    - Rows of persons, and diagnoses and procedures on contacts, that do not exist or were
      themselves rejected.
    - With ``data_through``: rows that happened or were recorded after it. A period may start
      later if it was on record before; an end may lie ahead.
    """
    found = {
        table.name: Faults(
            np.zeros(len(tables[table.name]), dtype=np.int8),
            np.zeros(len(tables[table.name]), dtype=np.int8),
            table.column_names,
        )
        for table in ALL_TABLES
        if table.name in tables
    }
    persons, faults = tables[PERSONS.name], found[PERSONS.name]
    person_ids = persons["person_id"].astype("str")
    faults.note(person_ids.duplicated().to_numpy(), "person_id", Reason.REPEATED)
    _check_horizon(PERSONS, persons, faults, data_through)
    people = pd.Index(person_ids[faults.reasons == 0])

    known_contacts: pd.Index | None = None
    for table in ALL_TABLES[1:]:
        if table.name not in tables:
            continue
        rows, faults = tables[table.name], found[table.name]
        person = person_numbers(rows["person_id"], people)
        faults.note(person < 0, "person_id", Reason.UNKNOWN_PERSON)
        _check_horizon(table, rows, faults, data_through)
        if "contact_id" not in table.column:
            continue
        keys = contact_keys(person, rows["contact_id"])
        if table.key:
            good = faults.reasons == 0
            repeated = np.zeros(len(rows), dtype=bool)
            repeated[good] = pd.Series(keys[good]).duplicated().to_numpy()
            faults.note(repeated, "contact_id", Reason.REPEATED)
            known_contacts = pd.Index(keys[faults.reasons == 0])
        elif known_contacts is not None:
            refers = rows["contact_id"].notna().to_numpy()
            lost = refers & (~pd.Index(keys).isin(known_contacts))
            faults.note(lost, "contact_id", Reason.UNKNOWN_CONTACT)
        else:
            refers = rows["contact_id"].notna().to_numpy()
            faults.note(refers, "contact_id", Reason.UNKNOWN_CONTACT)
    return found


def _check_horizon(
    table: Table, rows: pd.DataFrame, faults: Faults, data_through: date | None
) -> None:
    if data_through is None:
        return
    last = pd.Timestamp(data_through)
    columns = ("birth_date", "death_date") if table is PERSONS else ("recorded_at",)
    # An event cannot be on record before it happened, so recorded_at bounds it as well.
    for column in columns:
        faults.note((rows[column] > last).to_numpy(), column, Reason.TOO_LATE)
