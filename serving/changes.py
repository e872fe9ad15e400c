"""What is different on a list since last week."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import pandas as pd

from features.events import day
from features.stays import joined_as_of
from features.tables import Tables

RISEN_RATIO = 1.25
RISEN_POINTS = 0.02


@dataclass(frozen=True)
class LastWeek:
    """What the register knows of earlier weeks. The default: there were none.

    ``scores``: the primary target in the latest earlier run, empty when another model
    version made them: two versions' numbers are not compared.
    """

    on_list: frozenset[str] = frozenset()
    ever_on_list: frozenset[str] = frozenset()
    scores: dict[str, float] = field(default_factory=dict)

    def changes(self, person_id: str, probability: float, discharged: bool) -> list[str]:
        """``still``, ``returned`` or ``new``; then ``risen`` and ``discharged`` where true.

        Risen: by a quarter and by at least two percentage points.
        """
        if person_id in self.on_list:
            said = ["still"]
        else:
            said = ["returned" if person_id in self.ever_on_list else "new"]
        before = self.scores.get(person_id)
        if (
            before is not None
            and probability >= before * RISEN_RATIO
            and probability >= before + RISEN_POINTS
        ):
            said.append("risen")
        if discharged:
            said.append("discharged")
        return said


def discharged_in_week_before(tables: Tables, index_date: date) -> set[str]:
    """People whose hospital stay ended in the seven days before the index date, as known then."""
    if "contacts" not in tables:
        return set()
    at = pd.Timestamp(index_date)
    contacts = tables["contacts"]
    stays = contacts[contacts["setting"] == "inpatient"]
    joined = joined_as_of({"contacts": stays}, day(at))["contacts"]
    ended = joined["end"].ge(at - timedelta(days=7)) & joined["end"].lt(at)
    return set(joined.loc[ended, "person_id"].astype(str))
