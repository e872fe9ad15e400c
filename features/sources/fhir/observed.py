"""Measured values."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pandas as pd

from features.sources.base import SourceFrame
from features.sources.code_map import CodeMap
from features.sources.fhir.elements import codings, when
from features.sources.fhir.files import Resource, Resources
from features.sources.fhir.people import Known
from features.sources.fhir.rows import Rows
from features.sources.measured import as_measured, name_of
from features.tables import OBSERVATIONS

FINAL = {"final", "amended", "corrected"}


def observations(
    resources: Resources, people: Known, code_map: CodeMap, noted: Counter[str]
) -> Iterator[SourceFrame]:
    """Each value of an Observation and of its components, such as the two of a blood pressure."""
    for block in resources.blocks("Observation"):
        rows = Rows(OBSERVATIONS, block)
        for number, observation in enumerate(block.resources):
            if observation.get("status") not in FINAL:
                noted["observations that are not final, left out"] += 1
                continue
            person = people.who(observation.get("subject"), "observations")
            if person is None:
                continue
            measured = (observation.get("effectiveDateTime"), observation.get("effectivePeriod"))
            issued = when(observation.get("issued"))
            for part in (observation, *_components(observation)):
                told = _told(part)
                if told is not None:
                    rows.add(
                        number,
                        person_id=person,
                        date=when(*measured, observation.get("effectiveInstant"), issued),
                        name=_name(part, code_map),
                        value=told[0],
                        unit=told[1],
                        recorded=issued,
                    )
        if len(rows):
            found = _known_then(as_measured(rows.table_of("date", "recorded"), noted))
            if len(found):
                yield rows.framed(found)


def _components(observation: Resource) -> list[Resource]:
    found = observation.get("component")
    return [c for c in found if isinstance(c, dict)] if isinstance(found, list) else []


def _told(part: Resource) -> tuple[str, str] | None:
    """A value as text, and its unit (UCUM's code where there is one); None for no number."""
    whole = part.get("valueInteger")
    if whole is not None:
        return str(whole), ""
    quantity: Any = part.get("valueQuantity")
    if not isinstance(quantity, dict) or quantity.get("value") is None:
        return None
    return str(quantity["value"]), str(quantity.get("code") or quantity.get("unit") or "")


def _name(part: Resource, code_map: CodeMap) -> str | None:
    names = (name_of(system, code, code_map) for system, code in codings(part.get("code")))
    return next((name for name in names if name), None)


def _known_then(rows: pd.DataFrame) -> pd.DataFrame:
    """Known on the day the answer was issued, where that is said and is not earlier."""
    if "recorded" not in rows:
        return rows
    recorded = rows.pop("recorded")
    earlier = (rows["date"] > recorded).fillna(False).astype(bool)
    return rows.assign(recorded_at=recorded.mask(earlier).fillna(rows["date"]))
