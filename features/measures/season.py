"""Season: admissions of older people follow the winter."""

from datetime import date

from features.measures.base import Domain
from features.measures.kinds import OfDate
from features.measures.wording import amount

_MIDWINTER = 15  # mid-January, day of the year


def weeks_from_midwinter(index_date: date) -> float:
    """Whole weeks to or from the nearest mid-January, 0-26.

    The same on both sides of winter, so that a model cannot read single index dates of
    its training from it.
    """
    day = index_date.timetuple().tm_yday
    apart = abs(day - _MIDWINTER)
    return float(min(apart, 365 - apart) // 7)


season = OfDate(
    name="weeks_from_midwinter",
    domain=Domain.SEASON,
    value=weeks_from_midwinter,
    unit="weeks",
    says=amount(
        sv=("Årstid", "Årstid: {n} veckor från midvinter"),
        en=("Season", "Season: {n} weeks from midwinter"),
        one=("Årstid: 1 vecka från midvinter", "Season: 1 week from midwinter"),
        none=("Årstid: midvinter", "Season: midwinter"),
    ),
)

MEASURES = (season,)
