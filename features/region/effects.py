"""What each enrolment in a mobile team truly does: known here, and nowhere else.

A team lowers the log hazards of unplanned admissions by fixed amounts while it is there
(``hazards``). How much that is worth differs between people: it depends on their risk and
on how long the team stays. So for every enrolment the probability of an avoidable admission
is computed twice, along forward paths with the team and without any, drawn with the same
random numbers week by week, so that the difference is less noisy than either.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pyarrow as pa

from features.region.course import Course
from features.region.extras import Enrolments
from features.region.latent import AVOIDABLE
from features.region.oracle import ROWS_AT_ONCE, along_paths
from features.region.people import NEVER, People
from features.region.rows import dates_from_start, words_at
from features.region.settings import RegionSettings

PATHS = 4
"""Times as many paths as behind an oracle probability: enrolments are few."""
_TARGET = "avoidable_365"


def effects_of_chunk(
    settings: RegionSettings,
    people: People,
    course: Course,
    joined: Enrolments,
    teams: list[str],
    rng: np.random.Generator,
) -> pa.Table:
    """A row per enrolment, also of those not yet recorded.

    person_id, team, start and end (empty while it goes on) as in ``enrolments``; the team's
    ``log_hazard_ratio_avoidable`` and ``log_hazard_ratio_other``; the probability of an
    avoidable admission ``with_team`` and ``without_team`` within 365 days from the Monday
    after ``start``. (In the week of the start itself nothing else happens to a person.)
    """
    with_team, without = np.zeros((2, len(joined.person)))
    taken_in = course.taken_in
    if taken_in is not None and len(joined.person):
        span = settings.weeks + 1
        known = taken_in.person * span + taken_in.week
        order = np.argsort(known)
        wanted = joined.person * span + joined.start // 7
        which = order[np.searchsorted(known, wanted, sorter=order)]
        assert (known[which] == wanted).all()
        paths = PATHS * settings.paths
        at_once = max(1, ROWS_AT_ONCE // paths)
        for first in range(0, len(which), at_once):
            block = slice(first, first + at_once)
            rows = np.tile(which[block], paths)
            seed = int(rng.integers(2**62))
            for found, there in ((with_team, True), (without, False)):
                state = taken_in.state.of(rows)
                state.enrolled &= there
                sums = along_paths(
                    settings if there else without_teams(settings),
                    state, taken_in.week[rows] + 1, AVOIDABLE, {_TARGET: 365}, _generators(seed),
                )  # fmt: skip
                found[block] = sums[_TARGET].reshape(paths, -1).mean(axis=0, dtype=np.float64)
    many = len(joined.person)
    return pa.table(
        {
            "person_id": words_at(people.person_ids(), joined.person),
            "team": words_at(teams, joined.team),
            "start": dates_from_start(settings, joined.start),
            "end": dates_from_start(settings, np.where(joined.end_reason < 0, NEVER, joined.end)),
            "log_hazard_ratio_avoidable": np.full(many, settings.teams.avoidable),
            "log_hazard_ratio_other": np.full(many, settings.teams.other),
            "with_team": np.minimum(with_team, 1.0),
            "without_team": np.minimum(without, 1.0),
        }
    )


def without_teams(settings: RegionSettings) -> RegionSettings:
    """The same region in which nobody is taken in by a team any more."""
    return replace(settings, teams=replace(settings.teams, begins=0.0))


def _generators(seed: int) -> Callable[[int], np.random.Generator]:
    """The generator for each week: the same one for the path with a team and without."""
    return lambda week: np.random.default_rng([seed, week])
