"""Which contacts a source has delivered so far, and the day something on each is known."""

from collections import Counter

import numpy as np
import pandas as pd

LOST = "diagnoses and procedures on a contact that is not among the contacts, kept without it"


class SeenContacts:
    """Twelve bytes a contact: a hash of its id, and a day.

    Rows on a contact that was left out, or lies outside the delivery, must lose it, or they
    would be rejected; and a diagnosis is known no sooner than its contact has told of it.
    Two of a hundred million ids share a hash once in 3,700 deliveries.
    """

    def __init__(self) -> None:
        self._keys: list[np.ndarray] = []
        self._days: list[np.ndarray] = []
        self._sorted: tuple[np.ndarray, np.ndarray] | None = None

    def add(self, ids: pd.Series, days: pd.Series) -> None:
        """``days``: texts or dates; those that are no dates are "no day"."""
        self._keys.append(_hashed(ids))
        moments = pd.to_datetime(days, errors="coerce").to_numpy().astype("datetime64[D]")
        self._days.append(
            np.where(np.isnat(moments), _NO_DAY, moments.astype(np.int64)).astype("i4")
        )
        self._sorted = None

    def days_of(self, ids: pd.Series) -> pd.Series:
        """Datetimes, index of ``ids``: NaT for an unknown contact or none."""
        found, days = self._look_up(ids)
        moments = days.astype(np.int64).astype("datetime64[D]").astype("datetime64[s]")
        moments[~found | (days == _NO_DAY)] = np.datetime64("NaT")
        return pd.Series(moments, index=ids.index)

    def known(self, ids: pd.Series) -> np.ndarray:
        return self._look_up(ids)[0]

    def _look_up(self, ids: pd.Series) -> tuple[np.ndarray, np.ndarray]:
        if self._sorted is None:
            keys = np.concatenate([*self._keys, np.empty(0, "u8")])
            days = np.concatenate([*self._days, np.empty(0, "i4")])
            order = np.argsort(keys, kind="stable")
            self._sorted = keys[order], days[order]
            self._keys, self._days = [self._sorted[0]], [self._sorted[1]]
        keys, days = self._sorted
        if not len(keys):
            return np.zeros(len(ids), dtype=bool), np.zeros(len(ids), dtype="i4")
        wanted = _hashed(ids)
        at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        return (keys[at] == wanted) & ids.notna().to_numpy(), days[at]


_NO_DAY = np.iinfo(np.int32).min


def _hashed(ids: pd.Series) -> np.ndarray:
    text = ids.astype(object).where(ids.notna(), "").to_numpy()
    return pd.util.hash_array(text, categorize=False) if len(text) else np.empty(0, "u8")


def on_contacts(rows: pd.DataFrame, seen: SeenContacts, noted: Counter[str]) -> pd.DataFrame:
    """``rows`` (``contact_id``, ``date`` as text) without contacts that were not delivered; how
    many lost theirs is noted.

    ``recorded_at`` is the later of the date and the day on which the contact told: its start,
    for a stay its end. Rows without contact are known on their date.
    """
    known = seen.known(rows["contact_id"])
    noted[LOST] += int((rows["contact_id"].notna() & ~known).sum())
    told = seen.days_of(rows["contact_id"])
    kept = rows.assign(contact_id=rows["contact_id"].where(known))
    day = pd.to_datetime(kept["date"], errors="coerce").astype("datetime64[s]")
    later = (told > day).fillna(False)
    text = told.dt.strftime("%Y-%m-%d").astype("str")
    return kept.assign(recorded_at=kept["date"].where(~later, text))
