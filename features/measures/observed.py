"""How much of each window the source could see: what is not observed is not health."""

from features.measures.base import Domain
from features.measures.kinds import DaysIn
from features.measures.wording import amount
from features.rows import observation_periods

observed_share = DaysIn(
    name="observed_share",
    domain=Domain.OBSERVED,
    of=observation_periods,
    weight="share",
    as_share=True,
    windows=(90, 365, 730, 1825),
    unit="share",
    says=amount(
        sv=("Observerad andel av tiden", "Andel av tiden {window} som syns i underlaget: {n}"),
        en=(
            "Share of time observed",
            "Share of the time {window} that is visible in the data: {n}",
        ),
    ),
)

MEASURES = (observed_share,)
