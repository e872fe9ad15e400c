"""A toy extract: people whose admissions follow a known rule, small enough for a test."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from features.home import Home
from features.sources import TablesSource
from features.store import ExtractStore
from features.tables import Tables

FIRST = date(2021, 1, 4)
LAST = date(2025, 2, 2)
AVOIDABLE_CODES = ("I509", "J440", "E119", "N390")
OTHER_CODES = ("S720", "K573", "I639")


def toy_tables(people: int = 1500, seed: int = 1) -> Tables:
    """Four years. Each person has a rate of admissions that rises with age and a trait that
    also shows as primary-care visits; half of unplanned admissions are avoidable."""
    rng = np.random.default_rng(seed)
    ids = np.array([f"p{number:06d}" for number in range(people)])
    first = np.datetime64(FIRST)
    days = (LAST - FIRST).days + 1
    age = rng.uniform(60, 95, people)
    trait = rng.normal(0.0, 1.0, people)
    death_rate = 0.02 * np.exp(0.07 * (age - 75) + 0.4 * trait)
    died = rng.exponential(1 / death_rate) * 365.25
    alive_days = np.minimum(died, days)
    persons = pd.DataFrame(
        {
            "person_id": ids,
            "birth_date": first - (age * 365.25).astype("timedelta64[D]"),
            "sex": rng.choice(["female", "male"], people),
            "death_date": np.where(
                died < days, first + died.astype("timedelta64[D]"), np.datetime64("NaT")
            ),
            "municipality": "1480",
            "deprivation": rng.integers(1, 6, people).astype(float),
            "lives_alone": rng.random(people) < 0.4,
        }
    )

    def events(rate: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        count = rng.poisson(rate * alive_days / 365.25)
        who = np.repeat(np.arange(people), count)
        return who, (rng.random(len(who)) * alive_days[who]).astype(int)

    contacts, diagnoses = [], []
    number = 0
    for setting, urgency, rate in (
        ("inpatient", "unplanned", 0.3 * np.exp(0.04 * (age - 75) + 0.8 * trait)),
        ("inpatient", "planned", np.full(people, 0.05)),
        ("primary", "planned", 2.0 * np.exp(0.5 * trait)),
        ("emergency", "unplanned", 0.3 * np.exp(0.6 * trait)),
        ("specialist", "planned", np.full(people, 0.8)),
    ):
        who, day = events(rate)
        stay = rng.integers(0, 8, len(who)) if setting == "inpatient" else np.zeros(len(who), int)
        start = first + day.astype("timedelta64[D]")
        end = start + stay.astype("timedelta64[D]")
        contact_id = [f"c{n:07d}" for n in range(number, number + len(who))]
        number += len(who)
        contacts.append(
            pd.DataFrame(
                {
                    "person_id": ids[who],
                    "contact_id": contact_id,
                    "start": start,
                    "end": np.where(end > np.datetime64(LAST), np.datetime64("NaT"), end),
                    "setting": setting,
                    "form": "visit",
                    "urgency": urgency,
                    "care_unit": [f"VC{w % 4}" for w in who],
                    "profession": "physician",
                    "recorded_at": np.minimum(
                        start + rng.integers(0, 10, len(who)).astype("timedelta64[D]"),
                        np.datetime64(LAST),
                    ),
                }
            )
        )
        avoidable = rng.random(len(who)) < 0.5
        diagnoses.append(
            pd.DataFrame(
                {
                    "person_id": ids[who],
                    "contact_id": contact_id,
                    "date": start,
                    "system": "icd10se",
                    "code": np.where(
                        avoidable,
                        rng.choice(AVOIDABLE_CODES, len(who)),
                        rng.choice(OTHER_CODES, len(who)),
                    ),
                    "position": 1,
                    "recorded_at": contacts[-1]["recorded_at"],
                }
            )
        )
    listings = pd.DataFrame(
        {
            "person_id": ids,
            "care_unit": [f"VC{n % 4}" for n in range(people)],
            "start": np.datetime64("2015-01-01"),
            "end": np.datetime64("NaT"),
            "recorded_at": np.datetime64("2015-01-01"),
        }
    )
    return {
        "persons": persons,
        "listings": listings,
        "contacts": pd.concat(contacts, ignore_index=True),
        "diagnoses": pd.concat(diagnoses, ignore_index=True),
    }


def toy_home(folder: Path, people: int = 1500, seed: int = 1) -> Home:
    """A home in ``folder`` with the toy extract ingested."""
    source = folder / "toy"
    source.mkdir(parents=True)
    for name, table in toy_tables(people, seed).items():
        table.to_csv(source / f"{name}.csv", index=False)
    home = Home.at(folder / "home")
    ExtractStore(home).ingest(TablesSource(), source)
    return home
