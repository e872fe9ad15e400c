"""Visits as contacts: what kind, by concept, and how they came about."""

from dataclasses import dataclass

import pandas as pd

from features.sources.delivered import Delivered
from features.sources.seen import SeenContacts

INPATIENT, EMERGENCY, EMERGENCY_AND_INPATIENT, OUTPATIENT = "9201", "9203", "262", "9202"

# concept -> setting ("" = outpatient: primary or specialist, by the provider), form
KINDS = {
    INPATIENT: ("inpatient", "visit"),
    EMERGENCY_AND_INPATIENT: ("inpatient", "visit"),
    "8717": ("inpatient", "visit"),  # inpatient hospital
    "8971": ("inpatient", "visit"),  # inpatient psychiatric facility
    "32037": ("inpatient", "visit"),  # intensive care
    "581379": ("inpatient", "visit"),  # inpatient critical care facility
    EMERGENCY: ("emergency", "visit"),
    "8870": ("emergency", "visit"),  # emergency room, hospital
    "581381": ("emergency", "visit"),  # emergency room critical care facility
    OUTPATIENT: ("", "visit"),
    "581477": ("", "visit"),  # office visit
    "8756": ("", "visit"),  # outpatient hospital
    "8940": ("", "visit"),  # office
    "581476": ("", "home_visit"),
    "722455": ("", "digital"),  # telehealth
    "5083": ("", "digital"),  # telehealth
}
EMERGENCY_ROOMS = {EMERGENCY, EMERGENCY_AND_INPATIENT, "8870", "581381"}
GENERAL_PRACTICE = {"38004446", "38004453"}  # general practice, family practice
TOLD_SHARE = 0.9  # of outpatient visits whose provider's specialty is known


@dataclass
class Told:
    """What the visits have told so far."""

    outpatient: int = 0
    of_known_specialty: int = 0
    unplanned_stays: int = 0

    @property
    def tells_primary_care(self) -> bool:
        return self.of_known_specialty >= TOLD_SHARE * max(self.outpatient, 1)


def kinds_of(visit_concepts: pd.Series, ancestors: dict[str, str]) -> pd.DataFrame:
    """``setting`` ("" for outpatient, missing for what is no contact here) and ``form``."""
    known = visit_concepts.where(visit_concepts.isin(KINDS), visit_concepts.map(ancestors))
    return pd.DataFrame(
        {
            "setting": known.map({c: kind[0] for c, kind in KINDS.items()}).astype("str"),
            "form": known.map({c: kind[1] for c, kind in KINDS.items()}).astype("str"),
        },
        index=visit_concepts.index,
    )


def ancestors_of_visits(tables: Delivered) -> dict[str, str]:
    """Visit concept -> the nearest of ``KINDS`` above it, where the hierarchy is delivered."""
    if not tables.has("concept_ancestor"):
        return {}
    columns = ("ancestor_concept_id", "descendant_concept_id", "min_levels_of_separation")
    only = ("ancestor_concept_id", [int(concept) for concept in KINDS])
    found = [block.rows for block in tables.blocks("concept_ancestor", columns, only=only)]
    if not found:
        return {}
    pairs = pd.concat(found)
    pairs["near"] = pd.to_numeric(pairs["min_levels_of_separation"], errors="coerce")
    pairs = pairs.sort_values(["near", "ancestor_concept_id"]).drop_duplicates(
        "descendant_concept_id"
    )
    return dict(zip(pairs["descendant_concept_id"], pairs["ancestor_concept_id"], strict=True))


def specialties(tables: Delivered) -> pd.Series:
    """provider_id -> ``primary`` or ``specialist``; providers without a specialty are absent."""
    if not tables.has("provider"):
        return pd.Series([], dtype="str")
    columns = ("provider_id", "specialty_concept_id")
    parts = [block.rows for block in tables.blocks("provider", columns)]
    rows = pd.concat(parts) if parts else pd.DataFrame(columns=list(columns), dtype="str")
    rows = rows[rows["specialty_concept_id"].fillna("0") != "0"].drop_duplicates("provider_id")
    is_general = rows["specialty_concept_id"].isin(GENERAL_PRACTICE)
    setting = is_general.map({True: "primary", False: "specialist"}).astype("str")
    return pd.Series(setting.to_numpy(), index=rows["provider_id"].to_numpy(), dtype="str")


def through_emergency(tables: Delivered) -> SeenContacts:
    """Visits of which a detail was in an emergency room."""
    seen = SeenContacts()
    if tables.has("visit_detail"):
        columns = ("visit_occurrence_id", "visit_detail_start_date", "visit_detail_concept_id")
        only = ("visit_detail_concept_id", [int(concept) for concept in EMERGENCY_ROOMS])
        for block in tables.blocks("visit_detail", columns, only=only):
            rows = block.rows.dropna(subset="visit_occurrence_id")
            seen.add(rows["visit_occurrence_id"], rows["visit_detail_start_date"])
    return seen


def care_units(tables: Delivered) -> pd.Series:
    """care_site_id -> its name in the source (the HSA-id, one hopes), else the id."""
    if not tables.has("care_site"):
        return pd.Series([], dtype="str")
    columns = ("care_site_id", "care_site_source_value")
    parts = [block.rows for block in tables.blocks("care_site", columns)]
    rows = pd.concat(parts) if parts else pd.DataFrame(columns=list(columns), dtype="str")
    names = rows["care_site_source_value"].fillna(rows["care_site_id"])
    return pd.Series(names.to_numpy(), index=rows["care_site_id"].to_numpy(), dtype="str")
