"""One adapter a file, from somebody's format to the canonical tables.

To add a source: a file here with a class that has ``name``, ``delivers`` and ``read``, and its
name in ``SOURCES`` below; the generic test in ``tests/features/sources`` then holds it to the
contract, and ``docs/sources.md`` tells of it (its module's docstring is its page).
"""

from features.sources.base import Source, SourceData, SourceFrame
from features.sources.fhir import FhirSource
from features.sources.omop import OmopSource
from features.sources.options import configured, options_of, parse_settings
from features.sources.region import RegionSource
from features.sources.sql import SqlSource
from features.sources.synpuf import SynpufSource
from features.sources.synthea import SyntheaSource
from features.sources.tables import TablesSource

__all__ = [
    "SOURCES",
    "FhirSource",
    "OmopSource",
    "RegionSource",
    "Source",
    "SourceData",
    "SourceFrame",
    "SqlSource",
    "SynpufSource",
    "SyntheaSource",
    "TablesSource",
    "configured",
    "options_of",
    "parse_settings",
]

SOURCES: dict[str, Source] = {
    source.name: source
    for source in (
        RegionSource(),
        TablesSource(),
        SqlSource(),
        OmopSource(),
        FhirSource(),
        SyntheaSource(),
        SynpufSource(),
    )
}
