"""Items of a checklist: what each asks for, in our own words, and how it is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from string import Formatter

from training.report.blocks import Answer, Answers
from training.report.run import Run

NOT_JUDGED = "Not judged in this run."
AGAIN = "Train again with this version of the code (framsynt train), on an extract that tells it."


@dataclass(frozen=True)
class Item:
    """``answer``: what the project and the run say; its {blanks} are the run's facts. Empty:
    only a person can say. ``question``: what that person is asked. ``evidence``: anchors in
    the page ("#people"), files beside it ("manifest.json") and in the repository
    ("docs/method.md"). ``verdict``: of a run, in a word or two.
    """

    number: str
    topic: str
    asks: str
    answer: str = ""
    evidence: tuple[str, ...] = ()
    question: str = ""
    verdict: Callable[[Run], str] | None = None

    @property
    def blanks(self) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(self.answer) if name}


BESIDE = ("report.json", "manifest.json", "model_card.md", "report.md")
"""Files that lie in the page's own folder."""


def answered(
    anchor: str,
    caption: str,
    number: str,
    items: Sequence[Item],
    run: Run,
    facts: Mapping[str, str],
    titles: Mapping[str, str],
) -> Answers:
    """Every item with its blanks filled. ``facts``: what the run knows; an item that needs
    one it does not know is left open. ``titles``: of the page's sections, by anchor."""
    return Answers(caption, number, [_answer(anchor, item, run, facts, titles) for item in items])


def _answer(
    anchor: str, item: Item, run: Run, facts: Mapping[str, str], titles: Mapping[str, str]
) -> Answer:
    filled = bool(item.answer) and item.blanks <= set(facts)
    if filled:
        said = item.answer.format_map(facts)
    else:
        said = f"{NOT_JUDGED} {AGAIN}" if item.answer else f"To be answered: {item.question}"
    return Answer(
        f"{anchor}-{item.number}".replace(" ", "-").replace(".", "-").lower(),
        item.number,
        item.topic,
        item.asks,
        said,
        [_link(evidence, titles) for evidence in item.evidence] if filled else [],
        item.verdict(run) if filled and item.verdict else "",
        filled,
    )


def _link(evidence: str, titles: Mapping[str, str]) -> tuple[str, str]:
    if evidence.startswith("#"):
        return titles[evidence[1:]], evidence
    return evidence, evidence if evidence in BESIDE else ""


def filled(answers: Answers) -> int:
    return sum(item.filled for item in answers.items)
