"""What a simulated region is made from."""

from dataclasses import dataclass
from datetime import date, timedelta

from features.errors import SettingsError

WEEK = timedelta(days=7)
HORIZON_DAYS = 365
RECORDING_DELAY_DAYS = 31
MOST_YOUNGEST = 90
"""Few are older, and a region needs people."""


def judged_date(data_through: date) -> date:
    """The last Monday whose outcomes a year on have happened and had time to be recorded by
    ``data_through``, the last day that the data know of."""
    latest = data_through - timedelta(days=HORIZON_DAYS + RECORDING_DELAY_DAYS)
    return latest - timedelta(days=latest.weekday())


@dataclass(frozen=True)
class Teams:
    """What mobile teams do in a region.

    ``avoidable``, ``other``: change of the log hazard of an unplanned admission while a team
    is there. ``begins``: weekly probability that a frail person with recent stays is taken
    in (0: there are no teams). ``ends``: weekly probability that a team's care ends.
    Raises SettingsError.
    """

    avoidable: float = -0.45
    other: float = -0.20
    begins: float = 0.03
    ends: float = 0.025

    def __post_init__(self) -> None:
        for name in ("begins", "ends"):
            if not 0 <= getattr(self, name) <= 0.05:
                raise SettingsError(
                    f"{name} must lie between 0 and 0.05 a week", where="region settings, teams"
                )


@dataclass(frozen=True)
class RegionSettings:
    """Settings of a simulated region; checked together when made.

    ``people``: everyone who is ``youngest`` or older at some time, not the number at one
    time; ``youngest`` 0 is all ages. Who comes of age, or is born, on the way enters then.
    ``start`` is a Monday and ``end`` a Sunday, the last day that the data know of.
    ``people_per_care_unit`` gives the number of care units (at least two).
    ``truth_dates``: the Mondays that the oracle is asked about; empty means the dates that
    training uses by default, and the Monday after ``end``. ``paths``: forward paths per
    person and date behind an oracle probability. ``people_per_chunk``: how many are made at
    once and written to one part file; bounds memory. ``teams``: what mobile teams do.

    Raises SettingsError.
    """

    people: int = 20_000
    seed: int = 20261115
    start: date = date(2021, 11, 15)
    end: date = date(2026, 11, 15)
    people_per_care_unit: int = 1_250
    truth_dates: tuple[date, ...] = ()
    paths: int = 12
    people_per_chunk: int = 10_000
    youngest: int = 65
    teams: Teams = Teams()

    def __post_init__(self) -> None:
        for name, least in (
            ("people", 10),
            ("seed", 0),
            ("people_per_care_unit", 1),
            ("paths", 2),
            ("people_per_chunk", 10),
            ("youngest", 0),
        ):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise SettingsError(
                    f"{name} must be a whole number of at least {least}", where="region settings"
                )
        if self.youngest > MOST_YOUNGEST:
            raise SettingsError(
                f"youngest must be at most {MOST_YOUNGEST}", where="region settings"
            )
        for name, weekday, word in (("start", 0, "Monday"), ("end", 6, "Sunday")):
            if getattr(self, name).weekday() != weekday:
                raise SettingsError(
                    f"{name} is not a {word}",
                    where="region settings",
                    do="The region is simulated in whole weeks, Monday to Sunday.",
                )
        if self.weeks < 52:
            raise SettingsError(
                "end is less than 52 weeks after start",
                where="region settings",
                do="Give a longer period.",
            )
        for day in self.truth_dates:
            if day.weekday() != 0 or not self.start <= day <= self.end + timedelta(days=1):
                raise SettingsError(
                    "truth_dates must be Mondays from start to the day after end",
                    where="region settings",
                )

    @property
    def weeks(self) -> int:
        return (self.end - self.start).days // 7 + 1

    @property
    def care_units(self) -> int:
        return max(2, round(self.people / self.people_per_care_unit))

    @property
    def dates_of_truth(self) -> tuple[date, ...]:
        """The Mondays the oracle answers for, earliest first."""
        if self.truth_dates:
            return tuple(sorted(set(self.truth_dates)))
        test = judged_date(self.end)
        wanted = [
            test - 52 * WEEK - 13 * WEEK,
            test - 52 * WEEK,
            test,
            self.end + timedelta(days=1),
        ]
        return tuple(day for day in wanted if day >= self.start)

    def week_of(self, day: date) -> int:
        """Whole weeks from start to ``day``."""
        return (day - self.start).days // 7
