"""Visits as contacts."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

import pandas as pd

from features.columns import days_of
from features.sources.base import SourceFrame
from features.sources.delivered import Delivered
from features.sources.omop.people import frame
from features.sources.omop.visits import (
    EMERGENCY_AND_INPATIENT,
    EMERGENCY_ROOMS,
    Told,
    ancestors_of_visits,
    care_units,
    kinds_of,
    specialties,
    through_emergency,
)
from features.sources.seen import SeenContacts
from features.tables import CONTACTS

_VISIT = (
    *("visit_occurrence_id", "person_id", "visit_concept_id"),
    *("visit_start_date", "visit_end_date"),
)
_MORE = ("provider_id", "care_site_id", "admitted_from_concept_id", "admitting_source_concept_id")


class Contacts:
    """``seen``: which visits became contacts. ``told``: what they tell of themselves."""

    def __init__(self, noted: Counter[str]) -> None:
        self.noted, self.seen, self.told = noted, SeenContacts(), Told()

    def frames(self, tables: Delivered, today: date) -> Iterator[SourceFrame]:
        ancestors, specialty = ancestors_of_visits(tables), specialties(tables)
        emergency, units = through_emergency(tables), care_units(tables)
        for block in tables.blocks("visit_occurrence", _VISIT, _MORE):
            rows = block.rows
            kinds = kinds_of(rows["visit_concept_id"], ancestors)
            other = kinds["setting"].isna()
            self.noted["visits of a kind that is no contact here, left out"] += int(other.sum())
            rows, kinds = rows[~other], kinds[~other]
            inpatient = kinds["setting"] == "inpatient"
            through = inpatient & self._through_emergency(rows, emergency)
            contacts = pd.DataFrame(
                {
                    "person_id": rows["person_id"],
                    "contact_id": rows["visit_occurrence_id"],
                    "start": rows["visit_start_date"].str.slice(0, 10),
                    "end": self._ends(rows, today),
                    "setting": self._settings(rows, kinds["setting"], specialty),
                    "form": kinds["form"],
                    "urgency": "planned",
                    "care_unit": rows["care_site_id"].map(units).astype("str"),
                }
            )
            contacts["urgency"] = (
                contacts["urgency"]
                .mask(inpatient, "unknown")
                .mask(through | (kinds["setting"] == "emergency"), "unplanned")
            )
            self.told.unplanned_stays += int(through.sum())
            told_on = contacts["start"].where(~inpatient, contacts["end"].fillna(contacts["start"]))
            self.seen.add(contacts["contact_id"], told_on)
            yield frame(CONTACTS, contacts, block)
            if through.any():
                yield frame(CONTACTS, _emergency_visits(contacts[through]), block)

    def _through_emergency(self, rows: pd.DataFrame, details: SeenContacts) -> pd.Series:
        came_from = rows["admitted_from_concept_id"].fillna(rows["admitting_source_concept_id"])
        return (
            (rows["visit_concept_id"] == EMERGENCY_AND_INPATIENT)
            | came_from.isin(EMERGENCY_ROOMS)
            | details.known(rows["visit_occurrence_id"])
        )

    def _ends(self, rows: pd.DataFrame, today: date) -> pd.Series:
        ends = rows["visit_end_date"].str.slice(0, 10)
        later = days_of(ends) > pd.Timestamp(today)
        self.noted["visits that end after the last day of the delivery, taken as open"] += int(
            later.sum()
        )
        return ends.mask(later)

    def _settings(self, rows: pd.DataFrame, settings: pd.Series, specialty: pd.Series) -> pd.Series:
        outpatient = settings == ""
        by_provider = rows["provider_id"].map(specialty).astype("str")
        self.told.outpatient += int(outpatient.sum())
        self.told.of_known_specialty += int((outpatient & by_provider.notna()).sum())
        return settings.mask(outpatient, by_provider.fillna("specialist"))


def _emergency_visits(stays: pd.DataFrame) -> pd.DataFrame:
    """The visit to the emergency room that a stay began with, the day it began."""
    return stays.assign(
        contact_id=stays["contact_id"] + ":emergency",
        end=stays["start"],
        setting="emergency",
        care_unit=None,
    )
