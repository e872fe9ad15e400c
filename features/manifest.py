"""What an extract says about itself."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from features.feeds import Feed
from features.tables import Coverage

FORMAT = 2  # raise when extracts are laid out, or their stays joined, in another way


@dataclass(frozen=True)
class Manifest:
    """Everything in it but ``ingested_at`` follows from the source's content.

    ``rows``: rows kept per table. ``rows_read``: rows read per table. ``rejected``: table ->
    reason -> number of rows. ``joined_stays``: inpatient contacts that were joined into an
    earlier one. ``feeds``: how each table but persons arrives. ``noted``: what the source left
    out or set right, and how often. ``column_hashes``: table ->
    column -> sha256 of the values in stored order.
    """

    extract_id: str
    source: str
    ingested_at: datetime
    data_through: date
    coverage: Coverage
    n_partitions: int
    n_persons: int
    rows: dict[str, int]
    rows_read: dict[str, int]
    rejected: dict[str, dict[str, int]]
    joined_stays: int
    column_hashes: dict[str, dict[str, str]]
    codelist_version: str
    feeds: dict[str, Feed]
    truth_hash: str = ""
    noted: dict[str, int] = field(default_factory=dict)
    format: int = FORMAT

    def content(self) -> dict[str, object]:
        """What the id of the extract is made from."""
        said: dict[str, object] = {
            "source": self.source,
            "data_through": self.data_through.isoformat(),
            "coverage": self.coverage.as_dict(),
            "n_partitions": self.n_partitions,
            "n_persons": self.n_persons,
            "rows": self.rows,
            "rows_read": self.rows_read,
            "rejected": self.rejected,
            "joined_stays": self.joined_stays,
            "column_hashes": self.column_hashes,
            "codelist_version": self.codelist_version,
            "feeds": {name: feed.as_dict() for name, feed in self.feeds.items()},
            "truth_hash": self.truth_hash,
            "format": self.format,
        }
        return {**said, "noted": self.noted} if self.noted else said

    def content_id(self) -> str:
        """``<source>-<12 hexadecimal digits>``: the same content gets the same id."""
        canonical = json.dumps(self.content(), sort_keys=True, ensure_ascii=False)
        return f"{self.source}-{hashlib.sha256(canonical.encode()).hexdigest()[:12]}"

    def as_json(self) -> str:
        whole = {
            "extract_id": self.extract_id,
            "ingested_at": self.ingested_at.isoformat(timespec="seconds"),
            **self.content(),
        }
        return json.dumps(whole, indent=2, sort_keys=True, ensure_ascii=False) + "\n"

    @classmethod
    def read(cls, path: Path) -> "Manifest":
        whole = json.loads(path.read_text(encoding="utf-8"))
        whole["ingested_at"] = datetime.fromisoformat(whole["ingested_at"])
        whole["data_through"] = date.fromisoformat(whole["data_through"])
        whole["coverage"] = Coverage.from_dict(whole["coverage"])
        feeds = whole.get("feeds", {})
        whole["feeds"] = {name: Feed.from_dict(feed) for name, feed in feeds.items()}
        return cls(**whole)
