"""The bodies of CDS Hooks 2.0 (https://cds-hooks.hl7.org/2.0/), as far as they are used here.

What the standard leaves open, a record system may add: unknown members are passed over.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

PLAIN = r"^[^\x00-\x1f\x7f]*$"
Id = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=PLAIN)]
Short = Annotated[str, StringConstraints(max_length=255, pattern=PLAIN)]
LONGEST_COMMENT = 500


def _as_given(said: str) -> str:
    """A UUID as it was given out, however a record system writes it: one card, one id."""
    try:
        return str(UUID(said))
    except ValueError:
        return said


Given = Annotated[str, StringConstraints(max_length=64, pattern=PLAIN), AfterValidator(_as_given)]


class Taken(BaseModel):
    """What is taken in. Its values are never repeated in an error."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class Context(Taken):
    """Both are required by the standard: whose record is open, and who has it open."""

    userId: Id  # noqa: N815  (the standard's names)
    patientId: Id  # noqa: N815


class Call(Taken):
    """A hook has been triggered. ``prefetch``: FHIR resources by the keys of ``services``; a key
    with null was asked for and there was none, an absent one is not known. Other keys may hold
    whatever they like."""

    hook: Short
    hookInstance: Short  # noqa: N815
    context: Context
    prefetch: dict[str, Any] = Field(default_factory=dict)


class Coding(Taken):
    code: Annotated[str, StringConstraints(max_length=64, pattern=PLAIN)]
    system: Short = ""


class OverrideReason(Taken):
    """A comment of any length is taken; ``LONGEST_COMMENT`` characters of it are kept."""

    reason: Coding | None = None
    userComment: str = ""  # noqa: N815


class Suggested(Taken):
    id: Given


class Feedback(Taken):
    """What became of one card."""

    card: Annotated[Given, Field(min_length=1, max_length=36)]
    outcome: Literal["accepted", "overridden"]
    acceptedSuggestions: list[Suggested] = Field(default_factory=list, max_length=20)  # noqa: N815
    overrideReason: OverrideReason | None = None  # noqa: N815
    outcomeTimestamp: datetime  # noqa: N815

    @model_validator(mode="after")
    def _whole(self) -> "Feedback":
        if self.outcome == "accepted" and not self.acceptedSuggestions:
            raise ValueError("accepted, but no acceptedSuggestions")
        if self.outcomeTimestamp.tzinfo is None:
            raise ValueError("outcomeTimestamp without a time zone")
        try:
            self.outcomeTimestamp.astimezone(UTC)
        except OverflowError:
            raise ValueError("outcomeTimestamp outside the calendar") from None
        return self


class FeedbackCall(Taken):
    feedback: list[Feedback] = Field(min_length=1, max_length=100)
