"""What the API answers about decisions, teams and places, and what it takes in."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from serving.api.answers import Entry, WeeklyList
from serving.api.base import Answer
from serving.deciding import DECLINE_REASONS, END_REASONS, LONGEST_NOTE, Choice
from serving.places import Places
from serving.register import Decision, Enrolment, InExtract, Kind

PLAIN = r"^[^\x00-\x1f\x7f]+$"
"""No control characters: PostgreSQL cannot even look for them."""

Model = Literal["A", "B", "C"]
Note = Annotated[str, StringConstraints(max_length=LONGEST_NOTE)]


class NewDecision(Answer):
    """A decision about a person on a list. What does not belong to the kind is left out."""

    person_id: str = Field(min_length=1, max_length=128, pattern=PLAIN, examples=["P0000042"])
    kind: Literal["enrol", "wait", "defer", "decline"]
    mobile_model: Model | None = Field(default=None, description="enrol; may be said for wait")
    start: date | None = Field(
        default=None, description="enrol: the first day in the team; may be said for wait"
    )
    until: date | None = Field(default=None, description="defer: the day to come back to the list")
    reason: str | None = Field(
        default=None, max_length=32, description=f"decline: {', '.join(DECLINE_REASONS)}"
    )
    note: Note = Field(default="", description="free text; needed for the reason other")
    follows: int = Field(
        ge=0,
        lt=2**31,
        description="`latest_decision` as it was read, 0 for none; overtaken: 409",
    )

    def choice(self) -> Choice:
        said = self.model_dump(exclude={"person_id", "kind"})
        return Choice(kind=Kind(self.kind), **said)


class EndOfEnrolment(Answer):
    """That an enrolment ends."""

    on: date = Field(description="the first day no longer in the team")
    reason: str = Field(max_length=32, description=", ".join(END_REASONS))
    note: Note = ""


class DecisionAnswer(Answer):
    """A decision as it stands in the register."""

    id: int
    at: datetime
    person_id: str
    care_unit: str
    week: str
    kind: Kind
    mobile_model: str | None
    start: date | None
    until: date | None
    reason: str | None
    note: str
    who: str
    who_name: str
    follows: int = Field(description="the decision before, or the one that is taken back; 0: none")

    @classmethod
    def of(cls, decision: Decision) -> "DecisionAnswer":
        return cls(**vars(decision))


class Decided(Answer):
    """The decision that was written: `wait` where `enrol` was asked for and no place was free."""

    decision: DecisionAnswer
    asked: Kind


class PlacesAnswer(Answer):
    """A team's places; promised ones count as taken."""

    total: int
    taken: int
    waiting: int
    free: int

    @classmethod
    def of(cls, places: Places) -> "PlacesAnswer":
        return cls(**vars(places), free=places.free)


class EnrolmentAnswer(Answer):
    """Somebody in a team. `id` null: as the extract has it, not decided here."""

    id: int | None
    person_id: str
    team: str
    mobile_model: str
    start: date
    end: date | None = Field(description="the first day no longer in the team")
    decided_by: str | None

    @classmethod
    def of(cls, row: Enrolment | InExtract) -> "EnrolmentAnswer":
        here = row if isinstance(row, Enrolment) else None
        return cls(
            id=here.id if here else None,
            person_id=row.person_id,
            team=row.team,
            mobile_model=row.mobile_model,
            start=row.start,
            end=here.end if here else None,
            decided_by=here.decided_by if here else None,
        )


class TeamAnswer(Answer):
    """A care unit's mobile team."""

    week: str
    care_unit: str
    care_unit_name: str | None
    on: date
    places: PlacesAnswer
    enrolled: list[EnrolmentAnswer]
    waiting: list[DecisionAnswer] = Field(description="longest waiting first")


class DecisionsAnswer(Answer):
    """All that was decided of a person, oldest first; also what was undone."""

    person_id: str
    standing: DecisionAnswer | None = Field(description="the decision that counts now")
    latest_decision: int = Field(description="what the next decision has to follow; 0: none")
    decisions: list[DecisionAnswer]


class DecidedEntry(Entry):
    """A place on a list, and what was decided."""

    state: str = Field(
        description="open, enrolled, waiting, deferred or declined (this week)", examples=["open"]
    )
    standing: DecisionAnswer | None = Field(description="the decision that counts now")
    last_week: DecisionAnswer | None = Field(description="the last one that counts of last week")
    enrolled_since: date | None
    latest_decision: int = Field(description="what the next decision has to follow; 0: none")


class DecidedList(WeeklyList):
    """A care unit's list of a week, with what was decided and the places left."""

    entries: list[DecidedEntry]  # type: ignore[assignment]
    places: PlacesAnswer
