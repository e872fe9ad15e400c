"""How much worse than the champion a challenger may be. All limits of the gate stand here.

They are our own choices. None was published for this use; the reasons stand beside them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Margins:
    """What a challenger may lose. Differences are challenger less champion, on the same people.

    ``auroc``, ``average_precision``, ``ici``, ``net_benefit``: non-inferiority. The 95 %
    interval of the difference (paired bootstrap of persons) must lie wholly within the
    margin, so that few outcomes do not pass for equality: what cannot be told apart from
    worse is not promoted. A model trained again on the same data differs by 0 and passes.

    ``group_auroc``, ``group_calibration``: the value alone, in each group of at least
    ``group_events`` outcomes. A group has too few of them for its interval to lie within any
    margin worth having; asking for that would stop every model, the better ones too.

    ``slower`` and ``larger`` are factors, ``slower_ms`` and ``larger_mb`` what is let through
    whatever the factor: both are noise where little is measured.
    """

    auroc: float = 0.01
    """One pair in a hundred more is ranked wrongly: as much as a model may lack to the oracle
    in the simulated region."""

    average_precision: float = 0.02
    """Twice that of AUROC: it looks at the top of the list alone, and its intervals are about
    twice as wide."""

    ici: float = 0.005
    """Half a percentage point further from the observed risk, on average: a tenth of the risk
    at the usual prevalence of the primary target (about 5 %)."""

    net_benefit: float = 0.002
    """Two events fewer found among every 1,000 people, by lists of the same length."""

    group_events: int = 50
    group_auroc: float = 0.03
    group_calibration: float = 0.1
    """Of |ln(observed / expected)|: no group's risk may come to be told a tenth further off."""

    slower: float = 1.5
    slower_ms: float = 2.0
    larger: float = 2.0
    larger_mb: float = 1.0

    resamples: int = 400
    """Of the bootstrap: the bounds decide, and 200 leave them unsteady."""


@dataclass(frozen=True)
class Floors:
    """What a model must reach where there is no champion to judge it beside: to rank better
    than age and sex (AUROC and average precision), and to be calibrated at all. The limits
    of calibration are wide: a model outside them is broken rather than poor."""

    observed_expected: tuple[float, float] = (0.5, 2.0)
    calibration_slope: tuple[float, float] = (0.5, 2.0)
