"""Care and help that the municipality gives, at home or in residential care."""

import numpy as np

from features.measures.base import Domain
from features.measures.kinds import ActiveNow, ActiveSum, Count, DaysIn, DaysSince, Derived, Use
from features.measures.wording import amount, change, counts, days_of, days_since, yes_no
from features.rows import Rows, municipal_care

health_care = municipal_care.where(kind="home_health_care")
help_at_home = municipal_care.where(kind="home_help")
short_term = municipal_care.where(kind="short_term")
residential = municipal_care.where(kind="residential")

home_health_care_now = ActiveNow(
    name="home_health_care_now",
    domain=Domain.MUNICIPAL_CARE,
    of=health_care,
    says=yes_no(
        sv=("Hemsjukvård", "Inskriven i hemsjukvård", "Inte inskriven i hemsjukvård"),
        en=("Home health care", "Has home health care", "No home health care"),
    ),
)
home_help_now = ActiveNow(
    name="home_help_now",
    domain=Domain.MUNICIPAL_CARE,
    of=help_at_home,
    says=yes_no(
        sv=("Hemtjänst", "Har hemtjänst", "Ingen hemtjänst"),
        en=("Home help", "Has home help", "No home help"),
    ),
)
home_help_hours_now = ActiveSum(
    name="home_help_hours_now",
    domain=Domain.MUNICIPAL_CARE,
    of=help_at_home,
    column="hours_per_month",
    unit="hours/month",
    says=amount(
        sv=("Hemtjänsttimmar", "Hemtjänst {n} timmar i månaden"),
        en=("Hours of home help", "Home help {n} hours a month"),
        one=("Hemtjänst 1 timme i månaden", "Home help 1 hour a month"),
        none=("Inga hemtjänsttimmar", "No hours of home help"),
    ),
)
residential_care_now = ActiveNow(
    name="residential_care_now",
    domain=Domain.MUNICIPAL_CARE,
    of=residential,
    says=yes_no(
        sv=("Särskilt boende", "Bor i särskilt boende", "Bor inte i särskilt boende"),
        en=("Residential care", "Lives in residential care", "Does not live in residential care"),
    ),
)
short_term_care_now = ActiveNow(
    name="short_term_care_now",
    domain=Domain.MUNICIPAL_CARE,
    of=short_term,
    says=yes_no(
        sv=("Korttidsboende", "På korttidsboende nu", "Inte på korttidsboende nu"),
        en=("Short-term care", "In short-term care now", "Not in short-term care now"),
    ),
)
safety_alarm_now = ActiveNow(
    name="safety_alarm_now",
    domain=Domain.MUNICIPAL_CARE,
    of=municipal_care.where(kind="alarm"),
    says=yes_no(
        sv=("Trygghetslarm", "Har trygghetslarm", "Inget trygghetslarm"),
        en=("Safety alarm", "Has a safety alarm", "No safety alarm"),
    ),
)
short_term_care_days = DaysIn(
    name="short_term_care_days",
    domain=Domain.MUNICIPAL_CARE,
    of=short_term,
    windows=(90, 365),
    unit="days",
    says=days_of(sv="på korttidsboende", en="in short-term care"),
)
home_health_care_days = DaysIn(
    name="home_health_care_days",
    domain=Domain.MUNICIPAL_CARE,
    of=health_care,
    windows=(365,),
    unit="days",
    says=days_of(sv="med hemsjukvård", en="with home health care"),
)
home_help_amount = DaysIn(
    name="home_help_amount",
    domain=Domain.MUNICIPAL_CARE,
    of=help_at_home,
    weight="hours_per_month",
    as_share=True,
    windows=(90, 365),
    unit="hours/month",
    says=amount(
        sv=("Hemtjänst i genomsnitt", "Hemtjänst i genomsnitt {n} timmar i månaden {window}"),
        en=("Home help on average", "Home help on average {n} hours a month {window}"),
        one=(
            "Hemtjänst i genomsnitt 1 timme i månaden {window}",
            "Home help on average 1 hour a month {window}",
        ),
        none=("Ingen hemtjänst {window}", "No home help {window}"),
    ),
)


def _above_average(inputs: list[np.ndarray]) -> np.ndarray:
    now, average = inputs
    return now - average


home_help_rise = Derived(
    name="home_help_rise",
    domain=Domain.MUNICIPAL_CARE,
    inputs=(Use(home_help_hours_now), Use(home_help_amount, 365)),
    combine=_above_average,
    unit="hours/month",
    says=change(
        sv=(
            "Förändrad hemtjänst",
            "Lika mycket hemtjänst nu som i genomsnitt senaste året",
            "Mer hemtjänst nu än i genomsnitt senaste året (+{n} tim/månad)",
            "Mindre hemtjänst nu än i genomsnitt senaste året (−{n} tim/månad)",
        ),
        en=(
            "Change in home help",
            "As much home help now as on average in the last year",
            "More home help now than on average in the last year (+{n} h a month)",
            "Less home help now than on average in the last year (−{n} h a month)",
        ),
    ),
)
home_help_recent_rise = Derived(
    name="home_help_recent_rise",
    domain=Domain.MUNICIPAL_CARE,
    inputs=(Use(home_help_amount, 90), Use(home_help_amount, 365)),
    combine=_above_average,
    unit="hours/month",
    says=change(
        sv=(
            "Hemtjänst, förändring senaste 3 månaderna",
            "Lika mycket hemtjänst senaste 3 månaderna som hela året",
            "Mer hemtjänst senaste 3 månaderna än hela året (+{n} tim/månad)",
            "Mindre hemtjänst senaste 3 månaderna än hela året (−{n} tim/månad)",
        ),
        en=(
            "Home help, change in the last 3 months",
            "As much home help in the last 3 months as in the whole year",
            "More home help in the last 3 months than in the whole year (+{n} h a month)",
            "Less home help in the last 3 months than in the whole year (−{n} h a month)",
        ),
    ),
)
new_municipal_care = Count(
    name="new_municipal_care",
    domain=Domain.MUNICIPAL_CARE,
    of=municipal_care,
    windows=(90, 365),
    says=counts(
        sv=("ny kommunal insats", "nya kommunala insatser"),
        en=("new municipal care decision", "new municipal care decisions"),
    ),
)
short_term_stays = Count(
    name="short_term_stays",
    domain=Domain.MUNICIPAL_CARE,
    of=short_term,
    windows=(365,),
    says=counts(
        sv=("vistelse på korttidsboende", "vistelser på korttidsboende"),
        en=("stay in short-term care", "stays in short-term care"),
    ),
)
residential_care_days = DaysIn(
    name="residential_care_days",
    domain=Domain.MUNICIPAL_CARE,
    of=residential,
    windows=(365,),
    unit="days",
    says=days_of(sv="på särskilt boende", en="in residential care"),
)


def _extensive(inputs: list[np.ndarray]) -> np.ndarray:
    residential_now, hours, short_term_now = inputs
    return (residential_now > 0) | (hours >= 25) | (short_term_now > 0)


extensive_social_care = Derived(
    name="extensive_social_care",
    domain=Domain.MUNICIPAL_CARE,
    inputs=(Use(residential_care_now), Use(home_help_hours_now), Use(short_term_care_now)),
    combine=_extensive,
    says=yes_no(
        sv=("Omfattande omsorg", "Har omfattande omsorg", "Har inte omfattande omsorg"),
        en=("Extensive social care", "Has extensive social care", "No extensive social care"),
    ),
    source="Socialstyrelsen 2011-10-20, De mest sjuka äldre",
    unverified="that short-term care counts",
)


def _began(name: str, of: Rows, sv: str, en: str) -> DaysSince:
    """``sv``: without its ending in the definite form ("hemtjänst", "hemtjänsten")."""
    return DaysSince(
        name=f"days_since_{name}_began",
        domain=Domain.MUNICIPAL_CARE,
        of=of,
        unit="days",
        says=days_since(
            sv=f"{sv}en började",
            en=f"{en} began",
            never=(
                f"{sv[0].upper()}{sv[1:]} har inte börjat senaste 2 åren",
                f"{en[0].upper()}{en[1:]} has not begun in the last 2 years",
            ),
        ),
    )


days_since_home_health_care_began = _began(
    "home_health_care", health_care, "hemsjukvård", "home health care"
)
days_since_home_help_began = _began("home_help", help_at_home, "hemtjänst", "home help")
days_since_municipal_care_began = DaysSince(
    name="days_since_municipal_care_began",
    domain=Domain.MUNICIPAL_CARE,
    of=municipal_care,
    unit="days",
    says=days_since(
        sv="senaste nya kommunala insats",
        en="the latest new municipal care",
        never=(
            "Ingen ny kommunal insats senaste 2 åren",
            "No new municipal care in the last 2 years",
        ),
    ),
)

MEASURES = (
    home_health_care_now,
    home_help_now,
    home_help_hours_now,
    residential_care_now,
    short_term_care_now,
    safety_alarm_now,
    short_term_care_days,
    home_health_care_days,
    home_help_amount,
    home_help_rise,
    home_help_recent_rise,
    new_municipal_care,
    short_term_stays,
    residential_care_days,
    extensive_social_care,
    days_since_home_health_care_began,
    days_since_home_help_began,
    days_since_municipal_care_began,
)
