"""The access log: who looked at whom, as what, and why."""

from collections.abc import Collection
from datetime import UTC, datetime

from sqlalchemy import Engine, insert, select
from sqlalchemy.orm import Session

from serving.register.database import writing
from serving.register.models import Access
from serving.register.objections import objecting_among

_ADD = insert(Access)
LONGEST_PERSON = 128


class AccessLog:
    """The access log of a register. It only grows."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def note(
        self,
        who: str,
        what: str,
        person_id: str | None = None,
        care_unit: str | None = None,
        *,
        role: str = "",
        unit: str = "",
        why: str = "",
    ) -> None:
        """Add a line, on disk when this returns. MissingError if it cannot be written."""
        line = {
            "at": datetime.now(UTC),
            "who": who,
            "what": what,
            "person_id": person_id,
            "care_unit": care_unit,
            "role": role,
            "unit": unit,
            "why": why,
        }
        with writing(self.engine).begin() as connection:
            connection.execute(_ADD, line)

    def note_people(
        self, who: str, what: str, people: Collection[str], *, role: str = "", unit: str = ""
    ) -> frozenset[str]:
        """Add a line for each of these people but those who object, and say who does: all or
        none, on disk when this returns. MissingError as ``note``."""
        if not people:
            return frozenset()
        said = {"at": datetime.now(UTC), "who": who, "what": what, "role": role, "unit": unit}
        with writing(self.engine).begin() as connection:
            objecting = objecting_among(connection, people)
            rows = [
                {**said, "person_id": person[:LONGEST_PERSON]}
                for person in people
                if person not in objecting
            ]
            if rows:
                connection.execute(_ADD, rows)
        return objecting

    def of_person(self, person_id: str) -> list[Access]:
        """Everyone who looked at a person, oldest first."""
        query = select(Access).where(Access.person_id == person_id).order_by(Access.id)
        with Session(self.engine) as session:
            return list(session.scalars(query))
