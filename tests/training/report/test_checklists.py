"""Every item of the checklists is answered, or asked of a person; evidence is where it says."""

from collections import Counter
from pathlib import Path

import pytest

from training.report import Run
from training.report.blocks import Answers, Section
from training.report.checklists.facts import facts_of
from training.report.checklists.items import BESIDE, Item, answered
from training.report.checklists.label import LABEL
from training.report.checklists.probast import DEVELOPMENT, EVALUATION
from training.report.checklists.tripod_methods import METHODS
from training.report.checklists.tripod_results import RESULTS

ROOT = Path(__file__).parents[3]
TRIPOD = (*METHODS, *RESULTS)
ALL = (*TRIPOD, *DEVELOPMENT, *EVALUATION, *LABEL)


def answers_of(sections: list[Section], anchor: str) -> list[Answers]:
    section = next(section for section in sections if section.anchor == anchor)
    return [block for block in section.blocks if isinstance(block, Answers)]


def test_the_checklists_are_whole() -> None:
    main = Counter(item.number.rstrip("abcdefg") for item in TRIPOD)
    assert list(main) == [str(number) for number in range(1, 28)]
    assert len(TRIPOD) == 52
    assert [len(DEVELOPMENT), len(EVALUATION)] == [16, 18]
    for items in (TRIPOD, DEVELOPMENT, EVALUATION, LABEL):
        assert len({item.number for item in items}) == len(items)


@pytest.mark.parametrize("item", ALL, ids=lambda item: f"{item.number} {item.topic}")
def test_an_item_is_answered_or_asked(item: Item) -> None:
    assert bool(item.answer) != bool(item.question)
    for evidence in item.evidence:
        known = evidence.startswith("#") or evidence in BESIDE
        assert known or (ROOT / evidence).exists(), evidence


def test_nine_tenths_are_filled_without_anybody(sections: list[Section]) -> None:
    lists = [*answers_of(sections, "tripod"), *answers_of(sections, "probast")]
    for answers in lists:
        told = [item.filled for item in answers.items]
        assert sum(told) / len(told) >= 0.9, [i.number for i in answers.items if not i.filled]
    open_ones = [item.number for item in lists[0].items if not item.filled]
    assert open_ones == ["17", "18a", "18b", "18d", "19"]
    for item in lists[0].items:
        assert "{" not in item.said


def test_what_a_run_did_not_judge_is_not_made_up(run: Run) -> None:
    facts = {name: said for name, said in facts_of(run).items() if name != "auroc"}
    item = Item("1", "Performance", "", "AUROC {auroc}.", ("#lists",))
    (answer,) = answered("x", "", "", [item], run, facts, {"lists": "Lists"}).items
    assert not answer.filled
    assert answer.said.startswith("Not judged in this run.")
    assert answer.evidence == []


def test_judgements_follow_the_run(sections: list[Section]) -> None:
    development, evaluation = answers_of(sections, "probast")
    said = {item.number: item.verdict for part in (development, evaluation) for item in part.items}
    assert said["E 4.1"] == said["E 4.5"] == "Y"  # held out in people and time
    assert said["D 4.1"] == "PN"  # a few outcomes a feature
    assert said["E 4.2"] == "PN"  # fewer than 100 outcomes to judge by
    assert set(said.values()) <= {"Y", "PY", "PN", "N", "NA"}


def test_what_is_open_is_asked_of_a_person(sections: list[Section]) -> None:
    (section,) = (section for section in sections if section.anchor == "questions")
    asked = " ".join(section.blocks[0].items)
    for words in ("Etikprövningsmyndigheten", "funds", "interests", "registered", "next of kin"):
        assert words in asked
    assert "TRIPOD+AI 47 of 52" in section.blocks[1].paragraphs[0]
