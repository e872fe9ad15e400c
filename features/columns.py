"""Turns delivered columns into contract dtypes, telling which values break the contract.

Work is done on distinct values, then spread over the rows: dates, codes and ids repeat.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from features.errors import DataError, PersonNumberError
from features.local_days import local_days, local_moments
from features.person_numbers import looks_like_person_numbers
from features.tables import Column, Kind

EARLIEST, LATEST = np.datetime64("1850-01-01", "s"), np.datetime64("2199-12-31", "s")


class Reason(StrEnum):
    """Why a row is rejected. Reasons name no values."""

    MISSING = "mandatory value missing"
    NOT_A_DATE = "not a date (YYYY-MM-DD)"
    DATE_OUT_OF_RANGE = "date before 1850 or after 2199 (leave an open end empty)"
    NOT_A_NUMBER = "not a number"
    NOT_WHOLE = "not a whole number"
    NOT_YES_NO = "not true or false"
    NOT_ALLOWED = "value not among those allowed"
    OUT_OF_RANGE = "number out of range"
    ENDS_BEFORE_START = "ends before it starts"
    RECORDED_TOO_EARLY = "recorded before it happened"
    DIED_BEFORE_BIRTH = "death before birth"
    REPEATED = "key already used by another row"
    UNKNOWN_PERSON = "person not in persons"
    UNKNOWN_CONTACT = "contact not in contacts of the person"
    TOO_LATE = "later than the last day of the delivery"


REASONS = tuple(Reason)
NUMBER_OF = {reason: number for number, reason in enumerate(REASONS, start=1)}
"""Faults are arrays of these numbers; 0 is no fault."""

_YES_NO = {"true": True, "1": True, "yes": True, "ja": True}
_YES_NO |= {"false": False, "0": False, "no": False, "nej": False}
_DATE_FORM = r"\d{4}-?\d\d-?\d\d(?:[T ].*)?"


@dataclass(frozen=True)
class Parsed:
    """``series``: contract dtype (text also as category); ``faults``: per row, int8."""

    series: pd.Series
    faults: np.ndarray


def parse(column: Column, delivered: pd.Series, where: str) -> Parsed:
    """One column in its contract dtype.

    Raises DataError if the column as a whole is of a wrong kind, PersonNumberError if it
    looks like personal identity numbers. A faulty value becomes missing.
    """
    if column.kind is Kind.TEXT:
        return _text(column, _as_text(column, delivered, where), where)
    if isinstance(delivered.dtype, pd.CategoricalDtype):
        codes, distinct = delivered.cat.codes.to_numpy(), delivered.cat.categories
    elif isinstance(delivered.dtype, pd.StringDtype) or delivered.dtype == object:
        codes, distinct = pd.factorize(delivered)
    else:
        return _checked(column, *_typed(column, delivered, where))
    text = pd.Series(distinct, dtype=object)
    if not text.map(lambda value: isinstance(value, str)).all():
        typed = pd.Series(distinct.tolist()).infer_objects()
        if typed.dtype == object:
            raise _wrong_kind(column, where)
        parsed = _checked(column, *_typed(column, typed, where))
    else:
        _refuse_person_numbers(text, column, where)
        text = text.astype("str").str.strip()
        parsed = _checked(column, *_from_text(column, text.mask(text == "")))
    return _spread(column, parsed, codes)


def _spread(column: Column, parsed: Parsed, codes: np.ndarray) -> Parsed:
    """From distinct values to rows; code -1 is a missing value."""
    missing = 0 if column.nullable else NUMBER_OF[Reason.MISSING]
    faults = np.append(parsed.faults, np.int8(missing))[codes]
    values = parsed.series.reindex(codes)  # there is no label -1, so missing stays missing
    values.index = pd.RangeIndex(len(values))
    return Parsed(values, faults)


def _checked(column: Column, values: pd.Series, faults: np.ndarray) -> Parsed:
    """Adds what holds for values of any origin: mandatory, within range."""
    if column.kind is Kind.DATE:
        outside = ((values < EARLIEST) | (values > LATEST)).to_numpy()
        faults[outside & (faults == 0)] = NUMBER_OF[Reason.DATE_OUT_OF_RANGE]
    elif column.kind in (Kind.NUMBER, Kind.WHOLE):
        number = values.to_numpy(dtype=np.float64, na_value=np.nan)
        low = -np.inf if column.minimum is None else column.minimum
        high = np.inf if column.maximum is None else column.maximum
        outside = (number < low) | (number > high) | np.isinf(number)
        faults[outside & (faults == 0)] = NUMBER_OF[Reason.OUT_OF_RANGE]
    if not column.nullable:
        faults[values.isna().to_numpy() & (faults == 0)] = NUMBER_OF[Reason.MISSING]
    return Parsed(values, faults)


def _from_text(column: Column, text: pd.Series) -> tuple[pd.Series, np.ndarray]:
    present = text.notna().to_numpy()
    if column.kind is Kind.DATE:
        values = days_of(text)
        reason = Reason.NOT_A_DATE
    elif column.kind is Kind.YES_NO:
        values = text.str.lower().map(_YES_NO).astype("boolean")
        reason = Reason.NOT_YES_NO
    else:
        values = pd.to_numeric(text, errors="coerce").astype("float64")
        reason = Reason.NOT_A_NUMBER
        if column.kind is Kind.WHOLE:
            values, reason = _whole(values), Reason.NOT_WHOLE
    bad = present & values.isna().to_numpy()
    return values, np.where(bad, NUMBER_OF[reason], 0).astype(np.int8)


def days_of(text: pd.Series) -> pd.Series:
    """Texts as days, those of Sweden; missing where a text is none."""
    fits = text.str.fullmatch(_DATE_FORM, na=False)
    plain = local_days(text.where(fits)).str.slice(0, 10).str.replace("-", "").str.slice(0, 8)
    days = pd.to_datetime(plain, format="%Y%m%d", errors="coerce")
    return days.astype(Kind.DATE.value)


def _whole(number: pd.Series) -> pd.Series:
    fits = (number % 1 == 0) & (number.abs() < 2**53)
    return number.where(fits).astype("Int64")


def _typed(column: Column, values: pd.Series, where: str) -> tuple[pd.Series, np.ndarray]:
    """A column that is not text (Parquet, or built in memory)."""
    faults = np.zeros(len(values), dtype=np.int8)
    if values.isna().all():
        return pd.Series(None, index=values.index, dtype=column.kind.value), faults
    dtype = values.dtype
    if column.kind is Kind.DATE and pd.api.types.is_datetime64_any_dtype(dtype):
        if isinstance(dtype, pd.DatetimeTZDtype):
            values = local_moments(values)
        if dtype != column.kind.value:
            values = values.astype(column.kind.value)
        return values.dt.floor("D"), faults
    if column.kind is Kind.YES_NO and pd.api.types.is_bool_dtype(dtype):
        return values.astype("boolean"), faults
    numeric = pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype)
    if column.kind is Kind.NUMBER and numeric:
        return values.astype("float64"), faults
    if column.kind is Kind.WHOLE and numeric:
        if pd.api.types.is_integer_dtype(dtype):
            return values.astype("Int64"), faults
        whole = _whole(values.astype("float64"))
        bad = (whole.isna() & values.notna()).to_numpy()
        return whole, np.where(bad, NUMBER_OF[Reason.NOT_WHOLE], 0).astype(np.int8)
    raise _wrong_kind(column, where)


def _as_text(column: Column, delivered: pd.Series, where: str) -> pd.Series:
    """Text as ``str`` or as a category of text; whole numbers become text."""
    if isinstance(delivered.dtype, pd.CategoricalDtype):
        categories = _as_text(column, delivered.cat.categories.to_series(), where)
        return delivered.cat.rename_categories(categories.tolist())
    if isinstance(delivered.dtype, pd.StringDtype):
        return delivered
    if pd.api.types.is_integer_dtype(delivered.dtype) or delivered.isna().all():
        return delivered.astype("str")
    if (
        delivered.dtype == object
        and delivered.dropna().map(lambda value: isinstance(value, str)).all()
    ):
        return delivered.astype("str")
    raise _wrong_kind(column, where)


def _text(column: Column, text: pd.Series, where: str) -> Parsed:
    if column.name != "contact_id" and not isinstance(text.dtype, pd.CategoricalDtype):
        text = text.astype("category")
    if isinstance(text.dtype, pd.CategoricalDtype):
        return _categories(column, text, where)
    _refuse_person_numbers(text.dropna().unique(), column, where)
    text = text.str.strip()
    text = text.mask(text == "").reset_index(drop=True)
    faults = np.zeros(len(text), dtype=np.int8)
    return _checked(column, text, faults)


def _categories(column: Column, text: pd.Series, where: str) -> Parsed:
    stripped = text.cat.categories.astype("str").str.strip()
    _refuse_person_numbers(stripped, column, where)
    lookup, distinct = pd.factorize(stripped.where(stripped != ""), sort=True)
    codes = np.append(lookup, -1)[text.cat.codes.to_numpy()]
    faults = np.zeros(len(distinct) + 1, dtype=np.int8)
    if column.allowed:
        faults[:-1][~distinct.isin(column.allowed)] = NUMBER_OF[Reason.NOT_ALLOWED]
    if not column.nullable:
        faults[-1] = NUMBER_OF[Reason.MISSING]
    values = pd.Categorical.from_codes(codes, categories=distinct)
    return Parsed(pd.Series(values), faults[codes])


def _refuse_person_numbers(values: object, column: Column, where: str) -> None:
    if looks_like_person_numbers(values):  # type: ignore[arg-type]
        raise PersonNumberError(
            f"the column '{column.name}' looks like Swedish personal identity numbers",
            where=where,
            do="Replace them by pseudonyms before the data are delivered; nothing was taken in.",
        )


def _wrong_kind(column: Column, where: str) -> DataError:
    wanted = {
        Kind.TEXT: "text",
        Kind.DATE: "dates (YYYY-MM-DD)",
        Kind.NUMBER: "numbers",
        Kind.WHOLE: "whole numbers",
        Kind.YES_NO: "true or false",
    }[column.kind]
    return DataError(
        f"the column '{column.name}' does not hold {wanted}",
        where=where,
        do="Deliver it in the kind that docs/data-contract.md states.",
    )
