"""Enrolments that were decided in Framsynt itself, put beside those that a source delivers.

So the next extract knows whom a mobile team has taken in, whether or not the source does. What
the source says comes first: a period that overlaps one of the same person's in the delivery, or
begins on the same day, is the same one told twice, and the delivery's is kept.
"""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from features.errors import DataError
from features.partitions import partition_of
from features.tables import ENROLMENTS, PERSONS, Kind, Tables
from features.validation import validate_table

_TEXT = [column.name for column in ENROLMENTS.columns if column.kind is Kind.TEXT]


@dataclass(frozen=True)
class AlsoEnrolled:
    """Rows of ``enrolments``, checked; in no special order."""

    rows: pd.DataFrame

    @classmethod
    def of(cls, rows: pd.DataFrame) -> "AlsoEnrolled":
        """Rows as text. Raises DataError for rows that break the contract: there are none,
        unless the register was written to by something else."""
        checked = validate_table(ENROLMENTS, rows, "register")
        if len(checked.rejected):
            raise DataError(
                f"{len(checked.rejected)} of its enrolments break the data contract",
                where="register",
                do="Read docs/data-contract.md, and mend what writes to the register.",
            )
        return cls(_plain(checked.rows))

    def added_to(self, tables: Tables, partition: int, n_partitions: int, last: date) -> Tables:
        """A partition's tables with its people's rows among its enrolments.

        Left out: people whom the source does not know, rows recorded after ``last`` (the last
        day that the delivery covers), and what the source tells itself.
        """
        delivered = tables.get(ENROLMENTS.name)
        known = tables[PERSONS.name]["person_id"].astype("str")
        rows = self.rows[self.rows["person_id"].isin(known)]
        rows = rows[rows["recorded_at"] <= pd.Timestamp(last)]
        if len(rows):
            here = partition_of(rows["person_id"].to_numpy(dtype=str), n_partitions) == partition
            rows = rows[here]
        if delivered is None:
            return {**tables, ENROLMENTS.name: rows.reset_index(drop=True)}
        rows = rows[~_told_twice(rows, delivered)]
        if rows.empty:
            return tables
        together = pd.concat([_plain(delivered), rows], ignore_index=True)
        return {**tables, ENROLMENTS.name: together}


def _plain(rows: pd.DataFrame) -> pd.DataFrame:
    """Text as plain objects, so that rows with other categories can stand below each other."""
    return rows.astype(dict.fromkeys(_TEXT, "object"))


def _told_twice(rows: pd.DataFrame, delivered: pd.DataFrame) -> pd.Series:
    """Whether a row overlaps a delivered period of the same person, or begins with one."""
    periods = ["start", "end"]
    there = delivered[periods].assign(person_id=delivered["person_id"].astype("str"))
    here = rows[[*periods, "person_id"]].reset_index(names="row")
    both = here.merge(there, on="person_id", suffixes=("", "_there"))
    never = pd.Timestamp.max.floor("s")
    overlap = (both["start"] < both["end_there"].fillna(never)) & (
        both["start_there"] < both["end"].fillna(never)
    )
    told = both.loc[overlap | (both["start"] == both["start_there"]), "row"]
    return rows.index.to_series().isin(told)
