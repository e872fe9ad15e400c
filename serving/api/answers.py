"""What the API and the pages answer with. A field more is a line more, here."""

from datetime import date
from typing import Any

from pydantic import ConfigDict, Field

from serving.api.base import Answer, Words


class Reason(Answer):
    """A measure's share of a score: associated with it, not its cause."""

    measure: str = Field(examples=["unplanned_admissions"])
    domain: Words
    contribution: float = Field(description="share of the log-odds", examples=[0.42])
    raises: bool
    words: Words
    feature: str | None = Field(
        default=None,
        description="the measure over the window that weighs most, which the words are about",
        examples=["unplanned_admissions_365d"],
    )


class HeadingShare(Answer):
    """What all measures under one of eight headings add: correlated measures seen as one."""

    heading: Words
    contribution: float = Field(description="share of the log-odds", examples=[0.87])
    raises: bool


class Explanation(Answer):
    """``base`` + the reasons' contributions + ``rest`` is the log-odds of the probability; so is
    ``base`` + the headings' contributions."""

    target: str
    base: float
    rest: float = Field(description="contributions of measures not listed, added up")
    reasons: list[Reason]
    headings: list[HeadingShare] = Field(
        default_factory=list, description="all measures, listed or not, by heading, heaviest first"
    )


class MobileModel(Answer):
    """Västra Götaland's model of mobile care that fits, and the rule that suggested it."""

    model: str = Field(examples=["B"])
    rule: Words


class PersonScore(Answer):
    """Scores of one person at an index date, with reasons."""

    person_id: str
    index_date: date
    model_version: str
    probabilities: dict[str, float] = Field(examples=[{"avoidable_365": 0.12}])
    groups: list[str] = Field(examples=[["frail_elderly"]])
    mobile_model: MobileModel | None
    explanations: list[Explanation]


class Entry(Answer):
    """A person's place on a weekly list."""

    rank: int
    person_id: str
    age: int | None
    sex: str
    groups: list[str]
    mobile_model: MobileModel | None
    probabilities: dict[str, float]
    changed: list[str] = Field(
        description="new, returned or still; and any of risen, discharged",
        examples=[["still", "risen"]],
    )
    reasons: list[Reason] = Field(description="the strongest, of the primary target")


class Unit(Answer):
    care_unit: str
    name: str | None = Field(description="what people call it, where known")
    people: int = Field(description="people scored")
    listed: int
    new: int = Field(description="people on the list for the first time")


class Units(Answer):
    week: str = Field(examples=["2026-W47"])
    care_units: list[Unit]


class WeeklyList(Answer):
    """A care unit's list of a week."""

    week: str = Field(examples=["2026-W47"])
    index_date: date
    care_unit: str
    care_unit_name: str | None
    capacity: int
    primary_target: str
    model_version: str
    extract_id: str
    same_model_as_last_week: bool | None = Field(
        description="false: a new model version since last week; null: no list last week"
    )
    entries: list[Entry]
    gone: list[str] = Field(description="on last week's list of this unit, not on this one")


Day = date  # a field of classes below is itself called date


class Detail(Answer):
    """A code on a record, and what it is called where the code lists tell."""

    code: str = Field(examples=["I50.9"])
    words: Words | None


class Record(Answer):
    """Something recorded about a person, as known at the index date."""

    date: Day | None = Field(description="null for what is said of the person without a date")
    end: Day | None = None
    kind: str = Field(examples=["admission"])
    words: Words
    unit: str | None = Field(default=None, description="the unit met, by name where known")
    details: list[Detail] = Field(default_factory=list)


class RecordsBehind(Answer):
    """The records that a reason's value was made of."""

    total: int
    newest: list[Record] = Field(description="the newest, newest first")


class Person(Answer):
    """All that the current week's run says about a person."""

    person_id: str
    week: str
    index_date: date
    care_unit: str
    care_unit_name: str | None
    age: int | None
    sex: str
    model_version: str
    primary_target: str
    probabilities: dict[str, float]
    groups: list[str]
    mobile_model: MobileModel | None
    entry: Entry | None = Field(description="the place on the week's list, if there is one")
    explanations: list[Explanation]
    records: dict[str, RecordsBehind] = Field(
        default_factory=dict,
        description="by a reason's feature, the records behind it; total 0: made of their absence",
    )


class StoredScores(Answer):
    """What a week's run wrote of a person."""

    person_id: str
    week: str = Field(examples=["2026-W47"])
    index_date: date
    care_unit: str
    care_unit_name: str | None
    model_version: str
    primary_target: str
    probabilities: dict[str, float] = Field(examples=[{"avoidable_365": 0.12}])
    entry: Entry | None = Field(
        description="the place on the week's list, with the strongest reasons; null: on none"
    )


class TimelineEvent(Record):
    """A record on a timeline."""

    date: Day


class Timeline(Answer):
    person_id: str
    index_date: date
    events: list[TimelineEvent] = Field(description="newest first")
    shortened: bool = Field(description="true where older events were left out")


class Problem(Answer):
    """A problem document (RFC 9457). Some kinds have members more, as ``decision`` where somebody
    has decided meanwhile: what is not known is to be passed over."""

    model_config = ConfigDict(extra="allow")

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[dict[str, Any]] = Field(default_factory=list)
