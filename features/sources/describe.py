"""The page of all sources, written from their modules and from what they can deliver."""

import sys
from collections.abc import Iterable

from features.measures import FEATURES, MEASURES
from features.measures.base import Domain, Measure
from features.sources import SOURCES, Source, options_of
from features.sources.quantities import LOINC, SEEN, UNITS, plain
from features.tables import Coverage

_BEFORE = """\
# Sources

Written from `features/sources/` by `python -m features.sources > docs/sources.md`. Do not edit.

`framsynt ingest SOURCE WHERE` reads one of these, holds every row to the
[data contract](data-contract.md) and publishes an extract; `--set NAME=VALUE` sets an option of
the source. What a source left out or set right is counted, told, and kept in the extract's manifest
(`noted`); rows that break the contract are set aside with file, row and column.

**Days.** Framsynt counts in whole calendar days, those of Sweden. A moment with a time zone is the
day it was in Stockholm, summer time and all; a date, or a time without a zone, is the day it says.

**Known then.** Where a source does not say when a row was recorded, the table's default holds: the
start of a period or contact, the day of anything else. Each source says where it does otherwise.

**Missing is not zero.** A table that cannot be had from a source is not delivered, rather than
empty. Features that need what is not delivered are unknown; they are listed here for each source.
A model that was trained on more than a source delivers scores it with a warning that names
what is lacking, and not at all where more than a fifth of the features that its own source
could tell would be unknown (`models/lacking.py`).

**Codes.** No map from SNOMED CT or RxNorm comes with Framsynt. Where a source has a `code_map`
option, it is a CSV file of your own with the columns `system,code,to_system,to_code`; a system by
its name here or by its address. A `to_system` or `to_code` that nothing reads is refused, and a
`system` of which no record had a code is told. ICD-10 of other countries is read as ICD-10-SE to
four characters.

{measured}
To add a source: a file in `features/sources/`, its name in `SOURCES`, and a small delivery in
`tests/features/sources/test_sources.py`, where every source is held to the contract.
"""


def sources_page() -> str:
    """Markdown: one section a source."""
    return "\n".join(
        [
            _BEFORE.replace("{measured}", _measured()),
            *(_section(source) for source in SOURCES.values()),
        ]
    )


def _measured() -> str:
    """What is read of measured values, by name."""
    lines = [
        "**Measured values** are known by LOINC, or by what a code map says (`to_system` "
        "`observations`,\n`to_code` the name here). They are turned into one unit; a value in "
        "another unit, or in none,\nis left out and counted. * marks codes from memory, "
        "unverified; so are the conversions of\nhaemoglobin and NT-proBNP by substance and of "
        "HbA1c "
        "(`features/sources/quantities.py`).\n",
        "| name | unit | also in | LOINC |",
        "|---|---|---|---|",
    ]
    for name, (unit, others) in UNITS.items():
        codes = [f"{c}{'' if c in SEEN else ' *'}" for c, n in LOINC.items() if n == name]
        also = [other for other in others if other and other != plain(unit)]
        lines.append(
            f"| `{name}` | {unit or '–'} | {', '.join(also) or '–'} | {', '.join(codes) or '–'} |"
        )
    return "\n".join([*lines, ""])


def _section(source: Source) -> str:
    name = type(source).__module__
    said = sys.modules[name.removesuffix(".source")].__doc__ or ""
    lines = [f"## `{source.name}`", "", said.strip().replace("``", "`"), ""]
    options = options_of(source)
    if options:
        lines += ["| option | |", "|---|---|"]
        lines += [f"| `{option}` | {meaning} |" for option, meaning in options.items()]
        lines.append("")
    for circumstance, coverage in source.delivers.items():
        lines += _unknown(circumstance, coverage)
    return "\n".join(lines)


def _unknown(circumstance: str, coverage: Coverage) -> list[str]:
    """Which features a source cannot tell, domain by domain."""
    unknown = [measure for measure in MEASURES if not measure.known_in(coverage)]
    number = sum(len(measure.features) for measure in unknown)
    heading = f"**Features that are unknown{f', {circumstance}' if circumstance else ''}:** "
    if not unknown:
        return [f"{heading}none.", ""]
    lines = [f"{heading}{number} of {len(FEATURES)}.", "", "| domain | unknown |", "|---|---|"]
    for domain in Domain:
        of_domain = [measure for measure in MEASURES if measure.domain is domain]
        lost = [measure for measure in unknown if measure.domain is domain]
        if lost:
            said = "all" if len(lost) == len(of_domain) else _names(lost)
            lines.append(f"| {domain.label('en')} | {said} |")
    return [*lines, ""]


def _names(measures: Iterable[Measure]) -> str:
    return ", ".join(f"`{measure.name}`" for measure in measures)
