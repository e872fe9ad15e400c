"""The page of all features, written from the declarations."""

from collections.abc import Sequence

from features.measures import FEATURES, MEASURES
from features.measures.base import Direction, Domain, Measure

_DIRECTION = {Direction.RAISES: "raises", Direction.LOWERS: "lowers", Direction.OPEN: ""}


def features_page() -> str:
    """Markdown: one table per clinical domain, one row per measure."""
    lines = [
        "# Features",
        "",
        f"{len(FEATURES)} features of {len(MEASURES)} measures, written from the declarations in",
        "`features/measures/` by `python -m features.measures > docs/features.md`.",
        "",
        "A measure with windows gives one feature per window, named `measure_<days>d`: what was",
        "known of the last so many days before the index date. A measure that the source cannot",
        "tell is NaN, not 0. *Direction*: the way in which the field agrees that a higher value",
        "moves the risk; empty where it does not.",
        "",
    ]
    for domain in Domain:
        of_domain = [measure for measure in MEASURES if measure.domain is domain]
        if of_domain:
            lines += _table(domain, of_domain)
    return "\n".join(lines).rstrip() + "\n"


def _table(domain: Domain, measures: Sequence[Measure]) -> list[str]:
    rows = [
        f"## {domain.label('en')} ({domain.label('sv')})",
        "",
        "| measure | windows, days | kind | unit | direction | in English | på svenska | source |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for measure in measures:
        cells = (
            f"`{measure.name}`",
            ", ".join(str(days) for days in measure.windows),
            type(measure).__name__,
            measure.unit,
            _DIRECTION[measure.direction],
            measure.label("en"),
            measure.label("sv"),
            measure.source,
        )
        rows.append("| " + " | ".join(cells) + " |")
    return [*rows, ""]
