"""The data contract: every canonical table, declared once.

Dates are whole days. Text is opaque to the system except where ``allowed`` says
otherwise. Every table but ``persons`` has ``recorded_at``: the day a row became known.
Sources that do not say use the table's ``recorded_by_default``.
"""

from dataclasses import dataclass, field, replace
from enum import Enum

import pandas as pd


class Kind(Enum):
    """What a column holds, and its pandas dtype."""

    TEXT = "str"
    DATE = "datetime64[s]"
    NUMBER = "float64"
    WHOLE = "Int64"
    YES_NO = "boolean"


@dataclass(frozen=True)
class Column:
    name: str
    kind: Kind
    meaning: str
    nullable: bool = False
    allowed: tuple[str, ...] = ()
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, eq=False)
class Table:
    """A canonical table.

    ``key`` identifies a row (none: rows may repeat). ``happened`` is the column that says
    when a row took place, ``ended`` the one that says when it was over. ``required``
    tables must be delivered by every source.
    """

    name: str
    a_row_is: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    happened: str | None = None
    ended: str | None = None
    recorded_by_default: str | None = None
    required: bool = False
    column: dict[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "column", {c.name: c for c in self.columns})

    @property
    def column_names(self) -> list[str]:
        return [c.name for c in self.columns]

    def empty(self) -> pd.DataFrame:
        """No rows, all columns, right dtypes."""
        return pd.DataFrame({c.name: pd.Series([], dtype=c.kind.value) for c in self.columns})


PERSON = Column("person_id", Kind.TEXT, "pseudonym given by the source; opaque")
RECORDED = Column("recorded_at", Kind.DATE, "the day the row became known")


def _text(name: str, meaning: str, *allowed: str, nullable: bool = False) -> Column:
    return Column(name, Kind.TEXT, meaning, nullable=nullable, allowed=allowed)


def _date(name: str, meaning: str, nullable: bool = False) -> Column:
    return Column(name, Kind.DATE, meaning, nullable=nullable)


PERSONS = Table(
    "persons",
    "a person",
    (
        PERSON,
        _date("birth_date", "day of birth"),
        _text("sex", "legal sex", "female", "male", "unknown"),
        _date("death_date", "day of death", nullable=True),
        _text("municipality", "four-digit municipality code", nullable=True),
        Column(
            "deprivation",
            Kind.NUMBER,
            "deprivation of the neighbourhood: quintile, 5 the most deprived",
            nullable=True,
            minimum=1,
            maximum=5,
        ),
        Column("lives_alone", Kind.YES_NO, "one-person household", nullable=True),
    ),
    key=("person_id",),
    required=True,
)

LISTINGS = Table(
    "listings",
    "a period of listing at a care unit",
    (
        PERSON,
        _text("care_unit", "the care unit (HSA-id) that answers for the person"),
        _date("start", "first day"),
        _date("end", "the day the listing no longer held", nullable=True),
        RECORDED,
    ),
    happened="start",
    ended="end",
    recorded_by_default="start",
)

OBSERVATION_PERIODS = Table(
    "observation_periods",
    "a period in which the source would have seen the person's care",
    (
        PERSON,
        _date("start", "first day"),
        _date("end", "the first day no longer observed", nullable=True),
        Column(
            "share",
            Kind.NUMBER,
            "share of the care that is visible",
            unit="0-1",
            minimum=0,
            maximum=1,
        ),
        RECORDED,
    ),
    happened="start",
    ended="end",
    recorded_by_default="start",
)

CONTACTS = Table(
    "contacts",
    "a contact or an inpatient stay",
    (
        PERSON,
        _text("contact_id", "unique within the person"),
        _date("start", "day of contact or admission"),
        _date("end", "day of discharge; empty while the stay goes on", nullable=True),
        _text("setting", "where", "primary", "specialist", "emergency", "inpatient"),
        _text("form", "how", "visit", "home_visit", "phone", "digital"),
        _text("urgency", "planned or not", "planned", "unplanned", "unknown"),
        _text("care_unit", "the unit met (HSA-id)", nullable=True),
        _text("profession", "the profession met", nullable=True),
        RECORDED,
    ),
    key=("contact_id",),
    happened="start",
    ended="end",
    recorded_by_default="start",
)

DIAGNOSES = Table(
    "diagnoses",
    "a diagnosis, on a contact or free-standing",
    (
        PERSON,
        _text("contact_id", "the contact it was set on", nullable=True),
        _date("date", "day set"),
        _text("system", "code system: icd10se, icd9cm, snomed, ccw"),
        _text("code", "code without dot"),
        Column("position", Kind.WHOLE, "1 = principal diagnosis", minimum=1),
        RECORDED,
    ),
    happened="date",
    recorded_by_default="date",
)

PROCEDURES = Table(
    "procedures",
    "a measure taken",
    (
        PERSON,
        _text("contact_id", "the contact it was done on", nullable=True),
        _date("date", "day done"),
        _text("system", "code system: kva"),
        _text("code", "code without dot"),
        RECORDED,
    ),
    happened="date",
    recorded_by_default="date",
)

DISPENSINGS = Table(
    "dispensings",
    "a dispensed medicine",
    (
        PERSON,
        _date("date", "day dispensed"),
        _text("atc", "ATC code, level 5 where known"),
        Column("days_supply", Kind.NUMBER, "days the dispensing lasts", True, (), "days", 0),
        Column("dose_dispensed", Kind.YES_NO, "packed by dose (ApoDos)", nullable=True),
        RECORDED,
    ),
    happened="date",
    recorded_by_default="date",
)

MUNICIPAL_CARE = Table(
    "municipal_care",
    "a period of municipal care",
    (
        PERSON,
        _text(
            "kind",
            "what was granted",
            "home_health_care",
            "home_help",
            "residential",
            "short_term",
            "alarm",
        ),
        Column(
            "hours_per_month",
            Kind.NUMBER,
            "granted hours, home help",
            nullable=True,
            unit="hours/month",
            minimum=0,
        ),
        _date("start", "first day"),
        _date("end", "the day it no longer held", nullable=True),
        RECORDED,
    ),
    happened="start",
    ended="end",
    recorded_by_default="start",
)

OBSERVATIONS = Table(
    "observations",
    "a measured or assessed value",
    (
        PERSON,
        _date("date", "day measured"),
        _text("code", "what was measured"),
        Column("value", Kind.NUMBER, "the value"),
        _text("unit", "its unit", nullable=True),
        RECORDED,
    ),
    happened="date",
    recorded_by_default="date",
)

ENROLMENTS = Table(
    "enrolments",
    "a period in a mobile team",
    (
        PERSON,
        _text("team", "the team"),
        _text("mobile_model", "Västra Götaland's model of mobile care", "A", "B", "C"),
        _date("start", "first day"),
        _date("end", "the day it no longer held", nullable=True),
        _text("end_reason", "why it ended", nullable=True),
        RECORDED,
    ),
    happened="start",
    ended="end",
    recorded_by_default="start",
)

ALL_TABLES = (
    PERSONS,
    LISTINGS,
    OBSERVATION_PERIODS,
    CONTACTS,
    DIAGNOSES,
    PROCEDURES,
    DISPENSINGS,
    MUNICIPAL_CARE,
    OBSERVATIONS,
    ENROLMENTS,
)
TABLE = {table.name: table for table in ALL_TABLES}

Tables = dict[str, pd.DataFrame]
"""Canonical tables by name. A table that the source does not deliver is absent."""


@dataclass(frozen=True)
class Coverage:
    """What a source delivers at all: missing is not zero.

    ``tables``: delivered tables. ``systems``: code systems of diagnoses and procedures.
    ``settings``: contact settings. ``urgency``: whether planned is told from unplanned.
    ``principal``: whether the principal diagnosis of a contact is told from the others.
    A measure that needs what is not covered is NaN ("not known"), never 0.
    """

    tables: frozenset[str]
    systems: frozenset[str] = frozenset()
    settings: frozenset[str] = frozenset()
    urgency: bool = True
    principal: bool = True

    @classmethod
    def of(cls, tables: Tables) -> "Coverage":
        """What the rows themselves show to be delivered; ``principal`` they cannot show."""
        contacts = tables.get("contacts", CONTACTS.empty())
        coded = [tables[name]["system"] for name in ("diagnoses", "procedures") if name in tables]
        return cls(
            frozenset(tables),
            frozenset(str(system) for systems in coded for system in systems.unique()),
            frozenset(map(str, contacts["setting"].unique())),
            bool((contacts["urgency"] != "unknown").any()),
        )

    def within(self, tables: frozenset[str]) -> "Coverage":
        """The same source where only some of its tables are at hand (an API request)."""
        return replace(self, tables=self.tables & tables)

    def as_dict(self) -> dict[str, object]:
        said: dict[str, object] = {
            "tables": sorted(self.tables),
            "systems": sorted(self.systems),
            "settings": sorted(self.settings),
            "urgency": self.urgency,
        }
        return said if self.principal else {**said, "principal": False}

    @classmethod
    def from_dict(cls, d: dict) -> "Coverage":
        return cls(
            frozenset(d["tables"]),
            frozenset(d["systems"]),
            frozenset(d["settings"]),
            bool(d["urgency"]),
            bool(d.get("principal", True)),
        )
