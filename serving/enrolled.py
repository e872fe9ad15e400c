"""Enrolments on their way between the register and extracts.

The weekly run reads from the extract who is in a mobile team already; ``framsynt ingest`` reads
from the register whom a team has taken in since.
"""

from datetime import date
from pathlib import Path

import pandas as pd
from sqlalchemy import make_url

from features.home import Home
from features.swedish_time import local_day
from features.tables import ENROLMENTS, Tables


def in_a_team(tables: Tables, index_date: date, unit_of: pd.Series) -> pd.DataFrame:
    """Who is in a mobile team on a date, or will be later, by what was on record before it.

    ``unit_of``: care unit by person, of those present; others are left out. A row per person
    (person_id, care_unit, team, mobile_model, start), of the newest period where there are
    several. The end of a period is the first day out of the team.
    """
    columns = ["person_id", "care_unit", "team", "mobile_model", "start"]
    if "enrolments" not in tables:
        return pd.DataFrame(columns=columns).astype("str")
    at = pd.Timestamp(index_date)
    rows = tables["enrolments"]
    rows = rows[(rows["recorded_at"] < at) & (rows["end"].isna() | (rows["end"] > at))]
    rows = rows.astype({"person_id": "str", "team": "str", "mobile_model": "str"})
    rows = rows[rows["person_id"].isin(unit_of.dropna().index)]
    rows = rows.sort_values(["person_id", "start"], kind="stable").drop_duplicates(
        "person_id", keep="last"
    )
    units = unit_of.reindex(rows["person_id"]).astype("str").to_numpy()
    found = rows.assign(care_unit=units, start=[d.date() for d in rows["start"]])
    return found[columns].reset_index(drop=True)


def decided_enrolments(home: Home) -> pd.DataFrame | None:
    """The register's enrolments as rows of the canonical table, for the next extract.

    ``recorded_at`` is the day in Sweden on which the enrolment was decided. Those undone are
    left out. None where the home has no register yet, or no enrolment was ever decided in it:
    then this source knows nothing of teams, which is not the same as nobody being in one.
    MissingError where the register's database does not answer.
    """
    from serving.register import Register

    url = make_url(home.register_url)
    if url.get_backend_name() == "sqlite" and not (url.database and Path(url.database).exists()):
        return None
    register = Register.open(home)
    try:
        if not register.enrolments.any():
            return None
        rows = register.enrolments.all()
    finally:
        register.close()
    columns = {
        "person_id": [e.person_id for e in rows],
        "team": [e.team for e in rows],
        "mobile_model": [e.mobile_model for e in rows],
        "start": [e.start.isoformat() for e in rows],
        "end": [e.end.isoformat() if e.end else None for e in rows],
        "end_reason": [e.end_reason for e in rows],
        "recorded_at": [local_day(e.decided_at).isoformat() for e in rows],
    }
    return pd.DataFrame(columns, columns=list(ENROLMENTS.column_names), dtype="str")
