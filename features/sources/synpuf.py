"""CMS 2008-2010 Data Entrepreneurs' Synthetic Public Use File (DE-SynPUF)."""

from pathlib import Path

from features.progress import Track
from features.sources.base import SourceData


class SynpufSource:
    name = "synpuf"

    def read(self, path: Path, track: Track) -> SourceData:
        raise NotImplementedError
