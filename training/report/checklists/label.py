"""A model facts label for those who use the list.

After Sendak et al. 2020, doi 10.1038/s41746-020-0253-3. The headings are held against a label
in public use that follows it; the paper's own figure was not read, so they are unverified.
"""

from training.report.checklists.items import Item

LABEL = (
    Item("1", "Model", "", "Framsynt, {outcome}; extract {extract}, code lists {codelists}."),
    Item(
        "2",
        "Summary",
        "",
        "Estimates the probability of {outcome} for each person listed at a care unit, from what "
        "was recorded before the week began, and orders people for review.",
    ),
    Item("3", "Outcome", "", "{outcome_means}", ("docs/method.md",)),
    Item("4", "Output", "", "A probability (0-100%), its largest reasons in words, and a rank."),
    Item(
        "5",
        "Population",
        "",
        "People alive and listed; on lists, those of a target group: {target_groups}.",
        ("#people",),
    ),
    Item("6", "Time of prediction", "", "Each Monday at 00:00, for the {horizon} days after."),
    Item("7", "Input", "", "Recorded care: {tables}. {features} features.", ("#reasons",)),
    Item("8", "Trained on", "", "{source}, at {training_dates}.", ("#people",)),
    Item(
        "9", "Type of model", "", "Gradient-boosted trees (LightGBM), calibrated.", ("#training",)
    ),
    Item(
        "10",
        "Performance",
        "",
        "Among {judged} people{held_out}, {share} had the outcome. AUROC {auroc}. Of the "
        "{list_share} ranked highest {ppv} had it (PPV), {sensitivity} of all who had it were "
        "among them (sensitivity), {missed} were missed. Observed over expected {oe}.",
        ("#lists", "#calibration"),
    ),
    Item(
        "11",
        "Benefit",
        "",
        "Finds people whom a team should look at first, early and by the same yardstick "
        "everywhere. That lists lead to fewer admissions is not shown by this report.",
        ("#decisions",),
    ),
    Item(
        "12",
        "Use",
        "",
        "Go through the week's list; check the reasons against the record; decide. A person "
        "decides, the score never does.",
    ),
    Item(
        "13",
        "Not for",
        "",
        "Denying anybody care, emergencies, diagnosis, saying what causes or would prevent an "
        "admission, people or sources unlike those it was judged on, or pay and performance of "
        "staff.",
    ),
    Item(
        "14",
        "Risks",
        "",
        "Somebody in need is ranked low, since need that was never recorded is not seen; somebody "
        "not in need is ranked high and takes a place. Staff may trust the list too much.",
        ("#groups",),
    ),
    Item(
        "15",
        "Limits",
        "",
        "{limits}",
        ("#in-short",),
    ),
    Item(
        "16",
        "Generalisability",
        "",
        "Judged within the source it was trained from, not in another region. {representative}",
        ("#people",),
    ),
    Item(
        "17",
        "Stop using it if",
        "",
        "the weekly run refuses the data, observed over expected leaves 0.8-1.25 at a new "
        "evaluation (our own limits), recording changes, or care units find it useless.",
        ("docs/architecture.md",),
    ),
    Item(
        "18",
        "Status",
        "",
        "Not CE marked; no clinical investigation; no approval is claimed.",
        ("docs/regulation.md",),
    ),
    Item(
        "19",
        "Responsible",
        "",
        question="Who answers for the model in this region, and whom do users call?",
    ),
)
