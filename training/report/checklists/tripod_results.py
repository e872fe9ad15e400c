"""TRIPOD+AI, items 18-27: open science, results, discussion.

Collins et al. 2024, doi 10.1136/bmj-2023-078378 (CC BY 4.0), in our own words. Numbers and
contents were held against several independent copies of the checklist.
"""

from training.report.checklists.items import Item

RESULTS = (
    Item(
        "18a",
        "Funding",
        "Who paid, and what part they had.",
        question="Who funds this model's development and use, and what part did they have in it?",
    ),
    Item(
        "18b",
        "Conflicts of interest",
        "Interests of all authors.",
        question="Which interests do those who trained, judged and will decide on it have?",
    ),
    Item(
        "18c",
        "Protocol",
        "Where the protocol is, or that there is none.",
        "No separate protocol was prepared. The method was fixed in code and in words before this "
        "run; its settings are logged with it.",
        ("docs/method.md", "#training"),
    ),
    Item(
        "18d",
        "Registration",
        "Register and number, or that it is not registered.",
        question="Is the study registered, where, and by what number?",
    ),
    Item(
        "18e",
        "Data sharing",
        "Whether the data can be had.",
        "{sharing} The manifest identifies the extract by its content.",
        ("manifest.json",),
    ),
    Item(
        "18f",
        "Code sharing",
        "Whether the code can be had.",
        "All code is in the repository that made this report, under the Apache 2.0 licence.",
        ("LICENSE", "README.md"),
    ),
    Item(
        "19",
        "Patient and public involvement",
        "How patients and the public took part, or that they did not.",
        question="How have patients, next of kin and staff taken part in design, use and review?",
    ),
    Item(
        "20a",
        "Participants",
        "The flow of people, with and without the outcome; follow-up.",
        "{persons} people in the extract, {training_people} learnt from, {judged} judged with a "
        "known outcome, of whom {events} had it. Follow-up: {horizon} days from the index date.",
        ("#people",),
    ),
    Item(
        "20b",
        "Participants",
        "Characteristics: dates, predictors, demographics, events, missing data; by group.",
        "Dates, sizes, outcomes, means and shares known, and outcomes by group.",
        ("#people", "#groups"),
    ),
    Item(
        "20c",
        "Participants",
        "Evaluation and development data compared.",
        "Means and shares known are set side by side.",
        ("#people",),
    ),
    Item(
        "21",
        "Model development",
        "People and outcomes in each analysis.",
        "Learning and out-of-fold calibration: {training_rows} rows of {training_people} people, "
        "{training_events} outcomes. Judging: {judged} people, {events} outcomes. {tuned}",
        ("#people", "#training"),
    ),
    Item(
        "22",
        "Model specification",
        "The whole model, so that others can use and test it; restrictions.",
        "LightGBM text and JSON in the MLflow registry, loaded and served by the code of the "
        "repository; an API and a command score new people. No restriction but the data's own.",
        ("#training", "docs/architecture.md"),
    ),
    Item(
        "23a",
        "Performance",
        "Estimates with intervals, also for key subgroups.",
        "AUROC {auroc}; O/E {oe}; slope {slope}; at a list of {list_share}: PPV {ppv}, "
        "sensitivity {sensitivity}; by group in tables and a forest plot.{grouped}",
        ("#lists", "#calibration", "#decisions", "#groups"),
    ),
    Item(
        "23b",
        "Performance",
        "Heterogeneity between clusters.",
        "By municipality and care unit, with intervals.{grouped} {inside}",
        ("#groups", "#units"),
    ),
    Item(
        "24",
        "Model updating",
        "Results of updating.",
        "The model was not updated after evaluation.",
        ("docs/method.md",),
    ),
    Item(
        "25",
        "Interpretation",
        "What the results mean, fairness included, beside earlier studies.",
        "{interpretation}",
        ("#in-short", "#groups"),
    ),
    Item(
        "26",
        "Limitations",
        "Limits and what they do to bias, uncertainty and generalisability.",
        "{limits}",
        ("#in-short", "#model-facts", "docs/method.md"),
    ),
    Item(
        "27a",
        "Usability",
        "How poor or missing input is to be handled in use.",
        "The weekly run refuses stale data and tables that have stopped, shrunk or are about other "
        "people; a model refuses a source that lacks what it learnt from; what is unknown of one "
        "person is said as unknown.",
        ("docs/architecture.md", "docs/data-contract.md"),
    ),
    Item(
        "27b",
        "Usability",
        "What users must do, and know.",
        "Users enter nothing: scores come from records. Primary-care staff read the list and its "
        "reasons, and decide.",
        ("#model-facts", "docs/architecture.md"),
    ),
    Item(
        "27c",
        "Usability",
        "Next steps for research: applicability and generalisability.",
        "{next_steps}",
        ("docs/method.md", "docs/regulation.md"),
    ),
)
