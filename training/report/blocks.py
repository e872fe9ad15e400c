"""What a page is built from: sections of tables, pictures and words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from training.report.drawing import Picture


@dataclass(frozen=True)
class Table:
    """``head``: the first names the rows. Columns in ``words`` hold text, the others numbers.
    ``strong``: rows to be seen first. ``note``: what a reader needs to read it."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: frozenset[int] = frozenset({0})
    strong: frozenset[int] = frozenset()
    note: str = ""


@dataclass(frozen=True)
class Beside:
    """A picture, and its numbers beside it; under it where the table is ``wide``."""

    picture: Picture
    title: str
    table: Table
    note: str = ""
    wide: bool = False


@dataclass(frozen=True)
class Text:
    paragraphs: Sequence[str]


@dataclass(frozen=True)
class Points:
    """A list of sentences."""

    items: Sequence[str]


@dataclass(frozen=True)
class Numbers:
    """Figures to be read first: (value, interval or "", what it is)."""

    items: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class Answer:
    """An item of a checklist, answered. ``verdict``: a word or two before the answer.
    ``evidence``: (what is said, where it leads; "" for a file of the repository).
    ``filled``: False where a person has to answer."""

    anchor: str
    number: str
    topic: str
    asks: str
    said: str
    evidence: Sequence[tuple[str, str]] = ()
    verdict: str = ""
    filled: bool = True


@dataclass(frozen=True)
class Answers:
    """A checklist. ``number``: what its items are numbered by; empty where only their topics
    name them."""

    caption: str
    number: str
    items: Sequence[Answer]


@dataclass(frozen=True)
class Fold:
    """Blocks that a reader opens who wants them; on paper only their title is seen."""

    title: str
    blocks: Sequence[Block]


Block = Table | Beside | Text | Points | Numbers | Answers | Fold


@dataclass(frozen=True)
class Section:
    """``anchor``: what links point to. A section without blocks was not judged in this run:
    ``absent`` says what would judge it."""

    anchor: str
    title: str
    lead: str = ""
    blocks: Sequence[Block] = field(default_factory=tuple)
    absent: str = ""
