"""What papers ask: the facts label, TRIPOD+AI, PROBAST+AI, and questions to a person."""

from __future__ import annotations

from collections.abc import Mapping

from training.report.blocks import Answers, Points, Section, Text
from training.report.checklists.facts import facts_of
from training.report.checklists.items import answered, filled
from training.report.checklists.label import LABEL
from training.report.checklists.probast import DEVELOPMENT, EVALUATION
from training.report.checklists.tripod_methods import METHODS
from training.report.checklists.tripod_results import RESULTS
from training.report.run import Run

TITLES = {
    "model-facts": "Model facts",
    "tripod": "TRIPOD+AI",
    "probast": "PROBAST+AI",
    "questions": "Questions to a person",
}


def sections(run: Run, titles: Mapping[str, str]) -> list[Section]:
    """``titles``: of the other sections, by anchor: evidence leads there."""
    facts, titles = facts_of(run), {**titles, **TITLES}
    label = answered("fact", "Model facts", "", LABEL, run, facts, titles)
    tripod = answered("tripod", "TRIPOD+AI", "Item", (*METHODS, *RESULTS), run, facts, titles)
    development = answered(
        "probast", "Development: quality", "Question", DEVELOPMENT, run, facts, titles
    )
    evaluation = answered(
        "probast", "Evaluation: risk of bias", "Question", EVALUATION, run, facts, titles
    )
    lists = {
        "Model facts": label,
        "TRIPOD+AI": tripod,
        "PROBAST+AI": _both(development, evaluation),
    }
    return [
        Section(
            "model-facts",
            TITLES["model-facts"],
            "What those who use the list should know, after Sendak et al. 2020, "
            "doi 10.1038/s41746-020-0253-3.",
            (label,),
        ),
        Section(
            "tripod",
            TITLES["tripod"],
            f"What a report of a prediction model should tell (Collins et al. 2024, "
            f"doi 10.1136/bmj-2023-078378), in our own words. {_count(tripod)}",
            (tripod,),
        ),
        Section(
            "probast",
            TITLES["probast"],
            "Quality and risk of bias (Moons et al. 2025, doi 10.1136/bmj-2024-082505), in our own "
            "words: Y yes, PY probably yes, PN probably no, N no, NA not applicable. The project "
            "answers for itself here; somebody who did not make the model must judge too, and "
            f"judge applicability to the intended use. {_concerns(development, evaluation)}",
            (development, evaluation),
        ),
        Section(
            "questions",
            TITLES["questions"],
            "What neither the run nor the project can answer.",
            (Points(_questions(lists)), Text([_total(lists)])),
        ),
    ]


def _both(first: Answers, second: Answers) -> Answers:
    return Answers("PROBAST+AI", "", (*first.items, *second.items))


def _count(answers: Answers) -> str:
    """How many items and how many main items (all their parts) are filled."""
    main: dict[str, bool] = {}
    for item in answers.items:
        number = item.number.rstrip("abcdefg")
        main[number] = main.get(number, True) and item.filled
    return (
        f"{filled(answers)} of {len(answers.items)} items are filled by the run and the project "
        f"({sum(main.values())} of {len(main)} main items whole)."
    )


def _concerns(*parts: Answers) -> str:
    against = [i.number for part in parts for i in part.items if i.verdict in ("N", "PN")]
    if not against:
        return "No answer speaks against it."
    return f"Answers that speak against it: {', '.join(against)}."


def _questions(lists: Mapping[str, Answers]) -> list[str]:
    return [
        f"{name} {item.number}, {item.topic}: {item.said.removeprefix('To be answered: ')}"
        for name, answers in lists.items()
        for item in answers.items
        if not item.filled
    ]


def _total(lists: Mapping[str, Answers]) -> str:
    done = sum(filled(answers) for answers in lists.values())
    everything = sum(len(answers.items) for answers in lists.values())
    each = "; ".join(f"{name} {filled(a)} of {len(a.items)}" for name, a in lists.items())
    return f"Filled: {done} of {everything} ({done / everything:.0%}). {each}."
