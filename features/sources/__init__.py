"""One adapter a file, from somebody's format to the canonical tables.

To add a source: a file here with a class that has ``name`` and ``read``, and its name in
``SOURCES`` below; the generic test in ``tests/features/sources`` then holds it to the
contract.
"""

from features.sources.base import Source, SourceData, SourceFrame
from features.sources.region import RegionSource
from features.sources.synpuf import SynpufSource
from features.sources.tables import TablesSource

__all__ = [
    "SOURCES",
    "RegionSource",
    "Source",
    "SourceData",
    "SourceFrame",
    "SynpufSource",
    "TablesSource",
]

SOURCES: dict[str, Source] = {
    source.name: source for source in (RegionSource(), TablesSource(), SynpufSource())
}
