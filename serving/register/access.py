"""The access log: who looked at whom, as what, and why."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, insert, select
from sqlalchemy.orm import Session

from serving.register.database import writing
from serving.register.models import Access
from serving.register.objections import objecting_among, objects

LONGEST_PERSON = 128

_ADD = insert(Access)
_OF_PERSON = ("at", "who", "what", "role", "unit", "person_id")
_ADD_UNLESS_OBJECTING = (
    insert(Access)
    .from_select(
        _OF_PERSON,
        select(
            *(bindparam(name, type_=Access.__table__.c[name].type) for name in _OF_PERSON)
        ).where(~objects(bindparam("whose"))),
    )
    .execution_options(preserve_rowcount=True)
)


class AccessLog:
    """The access log of a register. It only grows."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writing = writing(engine)  # made once, and not for every line

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
        with self._writing.begin() as connection:
            connection.execute(_ADD, line)

    def note_people(
        self, who: str, what: str, people: Collection[str], *, role: str = "", unit: str = ""
    ) -> frozenset[str]:
        """Add a line for each of these people but those who object, and say who does: all or
        none, on disk when this returns. MissingError as ``note``."""
        if not people:
            return frozenset()
        said = {"at": datetime.now(UTC), "who": who, "what": what, "role": role, "unit": unit}
        with self._writing.begin() as connection:
            note = _note_one if len(people) == 1 else _note_each
            return note(connection, said, people)

    def of_person(self, person_id: str) -> list[Access]:
        """Everyone who looked at a person, oldest first."""
        query = select(Access).where(Access.person_id == person_id).order_by(Access.id)
        with Session(self.engine) as session:
            return list(session.scalars(query))


def _note_one(
    connection: Connection, said: dict[str, Any], people: Collection[str]
) -> frozenset[str]:
    """As ``_note_each`` of a single person, asking and noting at once: most calls are about one."""
    (person,) = people
    line = {**said, "person_id": person[:LONGEST_PERSON], "whose": person}
    noted = connection.execute(_ADD_UNLESS_OBJECTING, line).rowcount
    return frozenset() if noted else frozenset({person})


def _note_each(
    connection: Connection, said: dict[str, Any], people: Collection[str]
) -> frozenset[str]:
    """Adds the lines, and gives those who object."""
    objecting = objecting_among(connection, people)
    rows = [
        {**said, "person_id": person[:LONGEST_PERSON]}
        for person in people
        if person not in objecting
    ]
    if rows:
        connection.execute(_ADD, rows)
    return objecting
