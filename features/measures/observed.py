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
        sv=("Observerad andel av tiden", "{n} av tiden {window} är synlig i underlaget"),
        en=("Share of time observed", "{n} of the time {window} is visible in the data"),
    ),
)

MEASURES = (observed_share,)
