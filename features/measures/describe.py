"""The page and the catalogue of all features, written from the declarations."""

from collections.abc import Sequence
from dataclasses import fields
from typing import TypedDict

from features.codelists import Row
from features.errors import SettingsError
from features.measures import FEATURES, MEASURES
from features.measures.base import Direction, Domain, Language, Measure
from features.rows import Rows

_DIRECTION = {Direction.RAISES: "raises", Direction.LOWERS: "lowers", Direction.OPEN: ""}


def code_rows(measure: Measure) -> set[Row]:
    """The rows of code lists that a measure rests on, through other measures too."""
    found: set[Row] = set()
    for item in fields(measure):
        value = getattr(measure, item.name)
        if isinstance(value, Rows):
            found |= _rows_of(value)
        elif item.name == "inputs":
            found |= {row for use in value for row in code_rows(use.measure)}
    codelist = getattr(measure, "codelist", None)
    if codelist is not None:
        groups = _groups_used(measure) or codelist.groups
        found |= {row for row in codelist.rows if row.group in groups}
    return found


def _groups_used(measure: Measure) -> set[str]:
    group = getattr(measure, "group", None)
    parts = getattr(measure, "parts", ()) or getattr(measure, "comorbidity", ())
    flat = {name for part in parts for name in (part[0] if isinstance(part[0], tuple) else part)}
    return {*getattr(measure, "among", ()), *flat, *([group] if group else [])}


def _rows_of(rows: Rows) -> set[Row]:
    found: set[Row] = set() if rows.on is None else _rows_of(rows.on)
    if rows.codes is not None:
        found |= {row for row in rows.codes.codelist.rows if row.group in rows.codes.groups}
    if rows.listed is not None:
        found |= set(rows.listed.rows)
    return found


def unverified(measure: Measure) -> str:
    """What a measure rests on that was not read in its source; empty where all was."""
    rows = code_rows(measure)
    count = sum(row.status == "unverified" for row in rows)
    said = [measure.unverified] if measure.unverified else []
    if count:
        said.append("all codes" if count == len(rows) else f"{count} of {len(rows)} codes")
    return "; ".join(said)


class Entry(TypedDict):
    """What can be said of a measure without a person."""

    domain: str
    domain_label: str
    name: str
    label: str
    says_of_2: str
    windows: list[int]
    features: list[str]
    kind: str
    unit: str
    direction: str
    source: str
    unverified: str


def catalogue(language: Language, domain: str = "") -> list[Entry]:
    """Every measure, domain by domain.

    ``domain``: the name of one domain (``municipal_care``); all where empty. Raises
    SettingsError for a domain that there is not.
    """
    domains = {one.name.lower(): one for one in Domain}
    if domain and domain not in domains:
        raise SettingsError(
            f"there is no domain '{domain}'", do=f"Choose one of: {', '.join(domains)}."
        )
    wanted = [domains[domain]] if domain else list(Domain)
    return [
        {
            "domain": one.name.lower(),
            "domain_label": one.label(language),
            "name": measure.name,
            "label": measure.label(language),
            "says_of_2": measure.features[-1].says(2, language),
            "windows": list(measure.windows),
            "features": [feature.name for feature in measure.features],
            "kind": type(measure).__name__,
            "unit": measure.unit,
            "direction": _DIRECTION[measure.direction],
            "source": measure.source,
            "unverified": unverified(measure),
        }
        for one in wanted
        for measure in MEASURES
        if measure.domain is one
    ]


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
        "moves the risk; empty where it does not. *Unverified*: what rests on facts that were not",
        "read in their source: rows of a code list (see [codelists.md](codelists.md)), or a part",
        "of the definition.",
        "",
        "What the tables cannot tell is not here: contacts that were missed (a row is a contact",
        "that took place), the hour of the day (dates are whole days; weekends are told), and who",
        "was met (a contact names the unit and the profession, so continuity is of units).",
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
        "| measure | windows, days | kind | unit | direction | in English | på svenska | source "
        "| unverified |",
        "|---|---|---|---|---|---|---|---|---|",
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
            unverified(measure),
        )
        rows.append("| " + " | ".join(cells) + " |")
    return [*rows, ""]
