"""PROBAST+AI: 16 questions on development (quality), 18 on evaluation (risk of bias).

Moons et al. 2025, doi 10.1136/bmj-2024-082505, in our own words; numbers and contents were
held against a published mapping of the tool. A self-assessment: an assessor who did not make
the model must judge it too. Answers: Y yes, PY probably yes, PN probably no, N no, NA not
applicable.
"""

from __future__ import annotations

from training.report.checklists.items import Item
from training.report.run import Run

ENOUGH_TO_JUDGE = 200
FEWEST_TO_JUDGE = 100
"""Outcomes to judge by: at least 100, better 200 (Collins, Ogundimu & Altman 2016,
doi 10.1002/sim.6787)."""
STABLE = 20
"""Outcomes a feature from which a regression's AUROC is stable; flexible models may need ten
times as many (van der Ploeg, Austin & Steyerberg 2014, doi 10.1186/1471-2288-14-137)."""


def yes(run: Run) -> str:
    return "Y"


def probably(run: Run) -> str:
    return "PY"


def not_applicable(run: Run) -> str:
    return "NA"


def representative(run: Run) -> str:
    return "N" if run.simulated else "PY"


def enough_to_learn(run: Run) -> str:
    a_feature = run.model.info["training_events"][run.target] / max(len(run.model.features), 1)
    if a_feature >= 10 * STABLE:
        return "Y"
    return "PY" if a_feature >= STABLE else "PN"


def enough_to_judge(run: Run) -> str:
    fewest = min(run.judged.events, run.judged.people - run.judged.events)
    if fewest >= ENOUGH_TO_JUDGE:
        return "Y"
    return "PY" if fewest >= FEWEST_TO_JUDGE else "PN"


def held_out(run: Run) -> str:
    return "Y" if run.judgement.held_out_people else "PN"


def no_leak(run: Run) -> str:
    judgement = run.judgement
    if not judgement.held_out_people:
        return "PN"
    return "Y" if judgement.held_out_time else "PY"


def _shared(part: str) -> tuple[Item, ...]:
    """The questions of participants, predictors and outcome, asked of both parts alike."""
    return (
        Item(
            f"{part} 1.1",
            "Participants and data",
            "Were appropriate data sources used?",
            "Routine care records, held to a data contract; where rows came from and what was "
            "set aside is in the manifest.",
            ("#people", "manifest.json"),
            verdict=probably,
        ),
        Item(
            f"{part} 1.2",
            "Participants and data",
            "Was the study design appropriate?",
            "A cohort of everybody at index dates (landmarks), followed for {horizon} days; nobody "
            "was sampled by outcome.",
            ("#people", "docs/method.md"),
            verdict=yes,
        ),
        Item(
            f"{part} 1.3",
            "Participants and data",
            "Did inclusions and exclusions give a representative dataset?",
            "Everybody alive and listed, with no exclusion for lack of data. {representative}",
            ("#people",),
            verdict=representative,
        ),
        Item(
            f"{part} 2.1",
            "Predictors",
            "Were predictors defined and assessed alike for everybody?",
            "One definition of every feature, computed by one function for everybody. How care is "
            "recorded may differ between units.",
            ("#reasons", "docs/features.md"),
            verdict=probably,
        ),
        Item(
            f"{part} 2.2",
            "Predictors",
            "Was any pre-processing alike for everybody?",
            "The same engine for everybody, every unit and every date.",
            ("docs/architecture.md",),
            verdict=yes,
        ),
        Item(
            f"{part} 2.3",
            "Predictors",
            "Were predictors assessed without knowledge of outcomes?",
            "They are counted from what was recorded before the index date, and outcomes begin on "
            "it.",
            ("docs/architecture.md",),
            verdict=yes,
        ),
        Item(
            f"{part} 2.4",
            "Predictors",
            "Are all predictors available when the model is used?",
            "A row is seen only if it had happened and been recorded before the index date; the "
            "weekly run reads the same features.",
            ("docs/architecture.md",),
            verdict=yes,
        ),
        Item(
            f"{part} 3.1",
            "Outcome",
            "Was the outcome defined and assessed appropriately?",
            "{outcome_means} Most rows of the list of avoidable care are marked unverified.",
            ("docs/method.md", "docs/codelists.md"),
            verdict=probably,
        ),
        Item(
            f"{part} 3.2",
            "Outcome",
            "Alike for everybody?",
            "One rule for everybody. Diagnoses may be coded differently between hospitals.",
            ("docs/method.md",),
            verdict=probably,
        ),
        Item(
            f"{part} 3.3",
            "Outcome",
            "Without use of predictors?",
            "Outcomes are read from admissions after the index date, predictors from before.",
            ("docs/method.md",),
            verdict=yes,
        ),
        Item(
            f"{part} 3.4",
            "Outcome",
            "Was the time between predictors and outcome appropriate?",
            "The horizon is {horizon} days from the index date: what a team can act within.",
            ("docs/method.md",),
            verdict=yes,
        ),
    )


DEVELOPMENT = (
    *_shared("D"),
    Item(
        "D 4.1",
        "Analysis",
        "Was the sample size reasonable?",
        "{training_events} outcomes for {features} features: {events_a_feature} a feature. "
        "Shrinkage and early stopping on left-out people work against too few.",
        ("#people",),
        verdict=enough_to_learn,
    ),
    Item(
        "D 4.2",
        "Analysis",
        "Were continuous and categorical predictors handled appropriately?",
        "Numbers stay numbers; trees find their own thresholds, and no cut-off was chosen by hand.",
        ("docs/method.md",),
        verdict=yes,
    ),
    Item(
        "D 4.3",
        "Analysis",
        "Were missing and censored data handled appropriately?",
        "Unknown is kept as unknown. Leaving observation is censored and weighted for; death first "
        "is a competing event. {enrolled}",
        ("#competing", "docs/method.md"),
        verdict=yes,
    ),
    Item(
        "D 4.4",
        "Analysis",
        "If class imbalance was corrected, was the model recalibrated?",
        "It was not corrected.",
        ("docs/method.md",),
        verdict=not_applicable,
    ),
    Item(
        "D 4.5",
        "Analysis",
        "Was overfitting addressed?",
        "Small trees, strong shrinkage, thresholds drawn by lot, early stopping and calibration on "
        "left-out people. {tuned}",
        ("#training", "docs/method.md"),
        verdict=yes,
    ),
)

EVALUATION = (
    *_shared("E"),
    Item(
        "E 4.1",
        "Analysis",
        "Was it avoided to judge on the development data alone?",
        "Judged on {judged} people{held_out}.",
        ("#people",),
        verdict=held_out,
    ),
    Item(
        "E 4.2",
        "Analysis",
        "Was the sample size reasonable?",
        "{events} outcomes to judge by. {enough}",
        ("#people",),
        verdict=enough_to_judge,
    ),
    Item(
        "E 4.3",
        "Analysis",
        "Were missing and censored data handled appropriately?",
        "For {unknown} the outcome is not known; the others are weighted to stand in for them. "
        "Calibration with death as competing event is judged by itself.{competing}",
        ("#people", "#competing"),
        verdict=yes,
    ),
    Item(
        "E 4.4",
        "Analysis",
        "If class imbalance was corrected, was the model judged on data without that?",
        "It was not corrected.",
        ("docs/method.md",),
        verdict=not_applicable,
    ),
    Item(
        "E 4.5",
        "Analysis",
        "If data were split, was leakage avoided?",
        "People are split by a hash of id, so nobody is on both sides{later}. Stopping and "
        "calibration never see test people.",
        ("#people", "docs/method.md"),
        verdict=no_leak,
    ),
    Item(
        "E 4.6",
        "Analysis",
        "If resampling was used to judge, were all steps of development repeated in it?",
        "Performance is not estimated by resampling the development data; the bootstrap resamples "
        "test people for intervals only.",
        ("docs/method.md",),
        verdict=not_applicable,
    ),
    Item(
        "E 4.7",
        "Analysis",
        "Was performance evaluated appropriately: calibration, discrimination, net benefit?",
        "All three, with intervals and curves.{decided}",
        ("#calibration", "#lists", "#decisions"),
        verdict=yes,
    ),
)
