"""People who object to being scored (spärr). Rows are added; a person's newest one counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    bindparam,
    delete,
    exists,
    func,
    select,
)
from sqlalchemy.orm import Session, aliased

from serving.register.database import writing
from serving.register.models import ObjectionRow, ToldRow
from serving.register.reading import reading


@dataclass(frozen=True)
class Objection:
    """``objects``: true from then on; false: withdrawn. ``who`` noted it."""

    id: int
    at: datetime
    person_id: str
    objects: bool
    who: str


class Objections:
    """The objections of a register."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def add(self, person_id: str, who: str) -> bool:
        """From now on the person is neither scored nor shown, and the copy of what the records
        tell is gone. False: it was so already."""
        return self._note(person_id, who, objects=True)

    def withdraw(self, person_id: str, who: str) -> bool:
        """The person no longer objects. False: there was nothing to withdraw."""
        return self._note(person_id, who, objects=False)

    def current(self, people: Iterable[str] | None = None) -> frozenset[str]:
        """Who objects now: of everybody, or of these."""
        with reading(self.engine) as connection:
            if people is None:
                return frozenset(connection.execute(_objecting()).scalars())
            return objecting_among(connection, people)

    def seen(self) -> tuple[frozenset[str], int]:
        """Who objects now, and the id of the newest row, from one look at the table."""
        with reading(self.engine) as connection:
            rows = connection.execute(
                select(ObjectionRow.id, ObjectionRow.person_id, ObjectionRow.objects).order_by(
                    ObjectionRow.id
                )
            ).all()
        newest = {row.person_id: row.objects for row in rows}
        return frozenset(p for p, objects in newest.items() if objects), rows[-1].id if rows else 0

    def all(self) -> list[Objection]:
        """Every row, oldest first: who objected or withdrew, when, and who noted it."""
        with Session(self.engine) as session:
            rows = session.scalars(select(ObjectionRow).order_by(ObjectionRow.id))
            return [Objection(r.id, r.at, r.person_id, r.objects, r.who) for r in rows]

    def _note(self, person_id: str, who: str, *, objects: bool) -> bool:
        with Session(writing(self.engine)) as session, session.begin():
            last = session.scalars(
                select(ObjectionRow.objects)
                .where(ObjectionRow.person_id == person_id)
                .order_by(ObjectionRow.id.desc())
                .limit(1)
            ).first()
            if bool(last) == objects:
                return False
            session.add(
                ObjectionRow(at=datetime.now(UTC), person_id=person_id, objects=objects, who=who)
            )
            if objects:
                session.execute(delete(ToldRow).where(ToldRow.person_id == person_id))
            return True


def objecting_among(connection: Connection, people: Iterable[str]) -> frozenset[str]:
    """Who of these people objects now."""
    asked = {"people": list(people)}
    return frozenset(connection.execute(_objecting_of(), asked).scalars())


@cache
def _objecting() -> Select[Any]:
    return select(ObjectionRow.person_id).where(_stands(ObjectionRow))


@cache
def _objecting_of() -> Select[Any]:
    return _objecting().where(ObjectionRow.person_id.in_(bindparam("people", expanding=True)))


_ROW = aliased(ObjectionRow)
_LATER = aliased(ObjectionRow)


@cache
def objects(person_id: Any) -> ColumnElement[bool]:
    """In a query: the person of this column objects now."""
    return exists().where(_ROW.person_id == person_id, _stands(_ROW))


@cache
def _stands(row: Any) -> ColumnElement[bool]:
    newest = (
        select(func.max(_LATER.id))
        .where(_LATER.person_id == row.person_id)
        .correlate(row)
        .scalar_subquery()
    )
    return row.objects & (row.id == newest)
