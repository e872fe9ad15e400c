"""TRIPOD+AI, items 1-17: title to methods.

Collins et al. 2024, doi 10.1136/bmj-2023-078378 (CC BY 4.0), in our own words. Numbers and
contents were held against several independent copies of the checklist.
"""

from training.report.checklists.items import Item

METHODS = (
    Item(
        "1",
        "Title",
        "Say that a prediction model is developed or evaluated, for whom and of what outcome.",
        "Development and evaluation of a prognostic model of {outcome} among people listed at "
        "care units.",
        ("#in-short",),
    ),
    Item(
        "2",
        "Abstract",
        "A structured summary.",
        "In short: design, people, outcome, predictors, performance with intervals, limits.",
        ("#in-short", "#sammanfattning"),
    ),
    Item(
        "3a",
        "Background",
        "The healthcare context, prognostic or diagnostic, and why; existing models.",
        "Prognostic. Mobile teams near home are scarce and visit people with the greatest needs; "
        "the model orders people for review. Existing rules and scores are judged beside it: "
        "{baselines}.",
        ("#lists", "docs/architecture.md"),
    ),
    Item(
        "3b",
        "Background",
        "For whom, for what purpose in the care pathway, and who uses it.",
        "For people listed at a primary-care unit who belong to a target group; a weekly list for "
        "primary-care staff and mobile teams, who decide.",
        ("#model-facts", "docs/architecture.md"),
    ),
    Item(
        "3c",
        "Background",
        "Known inequalities of health between sociodemographic groups.",
        "Admissions that good primary care can often prevent are commoner where schooling is "
        "short: among women, more than twice as common (Socialstyrelsen's report of 2008, as told "
        "in Läkartidningen 2008-03). What this run saw is told by group.",
        ("#groups",),
    ),
    Item(
        "4",
        "Objectives",
        "The objectives: development, evaluation, or both.",
        "Both: developed on {training_people} people, evaluated on {judged} others{later}.",
        ("#people",),
    ),
    Item(
        "5a",
        "Data",
        "Sources for development and evaluation, why these, how representative.",
        "Routine care records, the same source for both: {source}. {representative}",
        ("#people", "manifest.json", "docs/data-contract.md"),
    ),
    Item(
        "5b",
        "Data",
        "Dates of the data: start, end, end of follow-up.",
        "Learnt from at {training_dates}; judged at {test_dates}; records through {data_through}.",
        ("#people",),
    ),
    Item(
        "6a",
        "Participants",
        "The setting; number and location of centres.",
        "Primary care, with all care that the source records. {centres}",
        ("#people", "#groups"),
    ),
    Item(
        "6b",
        "Participants",
        "Who was eligible.",
        "Everyone alive and, where listings are delivered, listed at a care unit at the index "
        "date, as known then. Nobody was excluded for lack of data.",
        ("#people", "docs/method.md"),
    ),
    Item(
        "6c",
        "Participants",
        "Treatments received, and how they were handled.",
        "{enrolled}",
        ("#training", "docs/method.md"),
    ),
    Item(
        "7",
        "Data preparation",
        "Pre-processing and checks; whether alike in all groups.",
        "Rows are held to a data contract: {rows_aside} of {rows_read} rows read were set aside. "
        "Features are computed by one compiled engine, alike for everybody, from what was "
        "recorded before the index date.",
        ("manifest.json", "docs/data-contract.md", "docs/architecture.md"),
    ),
    Item(
        "8a",
        "Outcome",
        "The outcome and horizon, how and when assessed, why, and whether alike in all groups.",
        "{outcome_means} It is read from recorded contacts and diagnoses by one definition for "
        "everybody. Chosen because it is what proactive care can prevent.",
        ("#people", "docs/method.md", "docs/codelists.md"),
    ),
    Item(
        "8b",
        "Outcome",
        "Who judged outcomes that need judgement.",
        "None needed it for this study: codes set in routine care were read by a rule.",
        ("docs/method.md",),
    ),
    Item(
        "8c",
        "Outcome",
        "Blinding of the assessment of outcomes.",
        "Outcomes were recorded in routine care, before any score existed, and read by a rule that "
        "knows no score.",
        ("docs/method.md",),
    ),
    Item(
        "9a",
        "Predictors",
        "How initial predictors were chosen, and any selection before modelling.",
        "{declared} features over {domains} clinical domains were declared from the literature and "
        "from Swedish practice, each with its source. {left_out} were left out: never known, "
        "or not steady between the first and last training date.",
        ("#reasons", "docs/features.md"),
    ),
    Item(
        "9b",
        "Predictors",
        "All predictors, how and when measured; blinding.",
        "Every feature is defined in one place, over windows that end the day before the index "
        "date. That nothing recorded later is seen can be tried on the extract: framsynt replay.",
        ("docs/features.md", "docs/architecture.md"),
    ),
    Item(
        "9c",
        "Predictors",
        "Who judged predictors that need judgement.",
        "None needed it for this study: recorded codes, dates and values were counted.",
        ("docs/features.md",),
    ),
    Item(
        "10",
        "Sample size",
        "How the size was arrived at, and whether it was enough.",
        "Everybody in the extract: {training_events} outcomes to learn from, {events} to judge by. "
        "{enough}",
        ("#people",),
    ),
    Item(
        "11",
        "Missing data",
        "How missing data were handled.",
        "What a source does not deliver is unknown, never zero, and trees take unknown as a value "
        "of its own; nothing was imputed. For {unknown} of those judged the outcome is not "
        "known; the others are weighted to stand in for them (inverse probability of "
        "censoring).",
        ("#people", "docs/method.md"),
    ),
    Item(
        "12a",
        "Analysis",
        "How the data were used; partition.",
        "People were parted by a hash of id and seed: {test_share} held out for judging, the rest "
        "in {folds} folds that take turns in stopping and calibrating.",
        ("#people", "docs/method.md"),
    ),
    Item(
        "12b",
        "Analysis",
        "How predictors were handled: form, scaling, transformation.",
        "As they are: trees need no scaling. Baselines are standardised, unknown inputs at their "
        "median.",
        ("#training", "docs/method.md"),
    ),
    Item(
        "12c",
        "Analysis",
        "Type of model, all steps of building, tuning, internal validation.",
        "One gradient-boosted tree model a target ({boosters}), stopped early on left-out folds, "
        "and calibrated by slope and intercept on their scores. {tuned} Scores of one person are "
        "made coherent over targets.",
        ("#training", "docs/method.md"),
    ),
    Item(
        "12d",
        "Analysis",
        "How differences between clusters were handled and measured.",
        "One model for all units; its performance is told by municipality and care unit, with "
        "intervals, where groups are large enough.{grouped}",
        ("#groups", "#units"),
    ),
    Item(
        "12e",
        "Analysis",
        "All measures and plots of performance, and why.",
        "Discrimination (AUROC, average precision), calibration (slope, intercept, O/E, ICI, "
        "curve), Brier, net benefit, and what the user feels: of a list of given length, PPV, "
        "sensitivity and missed. 95% intervals from {resamples} resamples of persons.",
        ("#lists", "#calibration", "#decisions", "docs/method.md"),
    ),
    Item(
        "12f",
        "Analysis",
        "Updating of the model after evaluation.",
        "None: the model is judged as stored. A later extract makes a new model, which must pass "
        "the gate.",
        ("docs/method.md",),
    ),
    Item(
        "12g",
        "Analysis",
        "How predictions were calculated for the evaluation.",
        "By the stored model, read back from its files, with the function that serves the API and "
        "the weekly run.",
        ("#training", "docs/architecture.md"),
    ),
    Item(
        "13",
        "Class imbalance",
        "Methods against imbalance, and recalibration after.",
        "None were used: no resampling, no class weights.",
        ("docs/method.md",),
    ),
    Item(
        "14",
        "Fairness",
        "Approaches to fairness, and why.",
        "Performance by sex, age, municipality, deprivation, care unit and target group at the one "
        "list made among everybody; morbidity at equal score, since admissions may count need "
        "too low (Obermeyer et al. 2019, doi 10.1126/science.aax2342). Scores are not changed by "
        "group.{grouped}",
        ("#groups",),
    ),
    Item(
        "15",
        "Output",
        "What the model gives; thresholds, if it classifies, and why.",
        "Probabilities of {targets}. It does not classify: a list is as long as a team has "
        "places, here judged at {list_share} of all people.",
        ("#lists", "#model-facts"),
    ),
    Item(
        "16",
        "Training and evaluation",
        "Differences between development and evaluation data.",
        "Same setting, eligibility, outcome and predictors; other people{later}. Their means "
        "are set side by side.",
        ("#people",),
    ),
    Item(
        "17",
        "Ethical approval",
        "The body that approved the study; consent or its waiver.",
        question="Which authority approved the use of these records (Etikprövningsmyndigheten, or "
        "the region's own decision for quality work), and on what legal ground?",
    ),
)
