"""The units that people meet: care units near home, and each area's hospital."""

import numpy as np

from features.region.facts import municipalities
from features.region.people import care_unit_ids, care_unit_municipalities
from features.region.settings import RegionSettings

WARDS, CLINICS = 4, 5
"""Wards and outpatient clinics of each hospital; its emergency department comes after."""


def area_of_municipality() -> np.ndarray:
    """Municipality -> number of its health-care area."""
    return np.unique(municipalities().areas, return_inverse=True)[1]


def unit_ids(settings: RegionSettings) -> list[str]:
    """Every unit that a contact may name; the care units come first."""
    per_area = WARDS + CLINICS + 1
    hospitals = per_area * len(np.unique(municipalities().areas))
    return care_unit_ids(settings) + [
        f"SE2321000131-E{900_000 + number:012d}" for number in range(1, hospitals + 1)
    ]


def hospital_unit(settings: RegionSettings, area: np.ndarray, which: np.ndarray) -> np.ndarray:
    """Positions in ``unit_ids``; ``which``: wards, then clinics, then the emergency."""
    return settings.care_units + area * (WARDS + CLINICS + 1) + which


def care_unit_names(settings: RegionSettings) -> dict[str, dict[str, str]]:
    """Care unit -> a made-up name and its municipality, for those who show lists."""
    words = (
        "Almen",
        "Björken",
        "Cedern",
        "Eken",
        "Linden",
        "Lönnen",
        "Rönnen",
        "Tallen",
        "Viken",
        "Åsen",
        "Ängen",
        "Höjden",
    )
    facts = municipalities()
    names = {}
    for number, (unit, place) in enumerate(
        zip(care_unit_ids(settings), care_unit_municipalities(settings), strict=True)
    ):
        extra = f" {number // len(words) + 1}" if number >= len(words) else ""
        names[unit] = {
            "name": f"Vårdcentralen {words[number % len(words)]}{extra}, {facts.names[place]}",
            "municipality": str(facts.codes[place]),
        }
    return names
