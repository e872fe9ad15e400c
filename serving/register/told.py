"""What the records tell of people on the newest lists: kept while they are the newest."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from serving.register.models import ListEntry, ToldRow, WeeklyRun
from serving.register.objections import objects


def keep_told(connection: Connection, run_id: int, rows: Sequence[dict[str, Any]]) -> None:
    """In a transaction that goes on: these rows, and of other runs none but the newest list's.

    ``rows`` without ``run_id``; not written for a run that is not the newest list's, nor of
    somebody who has objected since it began.
    """
    newest = _newest(connection)
    if newest == run_id:
        connection.execute(delete(ToldRow))
        if rows:
            connection.execute(insert(ToldRow), [{"run_id": run_id, **row} for row in rows])
            connection.execute(delete(ToldRow).where(objects(ToldRow.person_id)))
    else:
        connection.execute(delete(ToldRow).where(ToldRow.run_id != newest))


def lacking_told(connection: Connection, run_id: int, format_: int) -> list[str]:
    """See ``Register.lacking_told``."""
    if _newest(connection) != run_id:
        return []
    kept = select(ToldRow.person_id).where(ToldRow.run_id == run_id, ToldRow.format == format_)
    query = select(ListEntry.person_id).where(
        ListEntry.run_id == run_id,
        ListEntry.person_id.not_in(kept),
        ~objects(ListEntry.person_id),
    )
    return list(connection.execute(query.order_by(ListEntry.care_unit, ListEntry.rank)).scalars())


def _newest(connection: Connection) -> int | None:
    """The run that the service shows: of the newest week the current one."""
    query = select(WeeklyRun.id).order_by(WeeklyRun.week.desc(), WeeklyRun.id.desc()).limit(1)
    return connection.execute(query).scalar()
