"""The oracle's answer to another question: the risk if no team came, and those there left."""

from datetime import date

import numpy as np
import pandas as pd

from features.region.chunk import lives_of_chunk
from features.region.course import present_at
from features.region.effects import without_teams
from features.region.oracle import probabilities
from features.region.settings import RegionSettings


def risk_without_teams(settings: RegionSettings, day: date) -> pd.DataFrame:
    """Of everybody present on the Monday ``day``: index person_id, a column per target.

    As ``truth``, from the lives that the region lived with its teams, but along forward
    paths on which nobody is in a team. With generators of its own.
    """
    week = settings.week_of(day)
    parts = []
    for first in range(0, settings.people, settings.people_per_chunk):
        people, course = lives_of_chunk(settings, first, (week,))
        who = np.flatnonzero(present_at(people, course, week))
        state = course.snapshots[week].of(who)
        state.enrolled[:] = False
        rng = np.random.default_rng([settings.seed, first, week])
        risks = probabilities(without_teams(settings), state, week, rng)
        parts.append(pd.DataFrame(risks, index=pd.Index(people.person_ids(), dtype="str")[who]))
    return pd.concat(parts).rename_axis("person_id")
