"""Rows of the canonical tables in words, as known on an index date."""

from collections.abc import Callable
from functools import cached_property

import numpy as np

from features.events import NEVER, TableArrays
from features.history import History
from features.measures.observations import VALUES
from serving.told import Code, Fact, Said

SETTINGS = {
    "primary": Said("Primärvård", "Primary care"),
    "specialist": Said("Specialistvård", "Specialist care"),
    "emergency": Said("Akutmottagning", "Emergency department"),
}
FORMS = {
    "visit": Said("besök", "visit"),
    "home_visit": Said("hembesök", "home visit"),
    "phone": Said("telefonkontakt", "phone contact"),
    "digital": Said("digital kontakt", "digital contact"),
}
MET = {
    (setting, form): Said(f"{at.sv}, {by.sv}", f"{at.en}, {by.en}")
    for setting, at in SETTINGS.items()
    for form, by in FORMS.items()
}
URGENCY = {
    "planned": Said("Planerad inläggning", "Planned admission"),
    "unplanned": Said("Oplanerad inläggning", "Unplanned admission"),
    "unknown": Said("Inläggning", "Admission"),
}
CARE = {
    "home_health_care": Said("Hemsjukvård", "Home health care"),
    "home_help": Said("Hemtjänst", "Home help"),
    "residential": Said("Särskilt boende", "Residential care"),
    "short_term": Said("Korttidsplats", "Short-term care"),
    "alarm": Said("Trygghetslarm", "Safety alarm"),
}
LISTED = Said("Listad", "Listed")


class Wording:
    """The rows of a history's tables, in the order of its arrays; contacts without their codes.

    Each table is worded once, however many people and features its rows are behind. An end
    that lies ahead of ``day`` was not known then, and is not told.
    """

    def __init__(self, history: History, day: int) -> None:
        self.history, self.day = history, day
        self._facts: dict[str, list[Fact]] = {}

    def facts(self, name: str) -> list[Fact]:
        """All rows of a table of ``WORDED``, known or not."""
        if name not in self._facts:
            self._facts[name] = WORDED[name](self, self.history.arrays(name))
        return self._facts[name]

    @cached_property
    def diagnoses(self) -> list[Code]:
        return self._codes("diagnosis", self.history.arrays("diagnoses"))

    @cached_property
    def procedures(self) -> list[Code]:
        return self._codes("procedure", self.history.arrays("procedures"))

    @cached_property
    def medicines(self) -> list[Code]:
        codes = self.history.arrays("dispensings").texts("atc")
        made = {code: Code("medicine", "atc", str(code)) for code in set(codes)}
        return [made[code] for code in codes]

    def _codes(self, kind: str, rows: TableArrays) -> list[Code]:
        pairs = list(zip(rows.texts("system"), rows.texts("code"), strict=True))
        made = {pair: Code(kind, str(pair[0]), str(pair[1])) for pair in set(pairs)}
        return [made[pair] for pair in pairs]

    def _ends(self, rows: TableArrays) -> list[int | None]:
        end = rows.events.end
        assert end is not None
        hidden = np.where(end < self.day, end, NEVER)
        return [None if day == NEVER else day for day in hidden.tolist()]

    def _contacts(self, rows: TableArrays) -> list[Fact]:
        return [
            Fact(day, end, "admission", URGENCY[str(urgency)], unit)
            if setting == "inpatient"
            else Fact(day, None, str(setting), MET[str(setting), str(form)], unit)
            for day, end, setting, form, urgency, unit in zip(
                rows.day.tolist(),
                self._ends(rows),
                rows.texts("setting"),
                rows.texts("form"),
                rows.texts("urgency"),
                _units(rows),
                strict=True,
            )
        ]

    def _care(self, rows: TableArrays) -> list[Fact]:
        return [
            Fact(day, end, "municipal", _with_hours(CARE[str(kind)], hours))
            for day, end, kind, hours in zip(
                rows.day.tolist(),
                self._ends(rows),
                rows.texts("kind"),
                rows.numbers("hours_per_month").tolist(),
                strict=True,
            )
        ]

    def _enrolments(self, rows: TableArrays) -> list[Fact]:
        return [
            Fact(
                day,
                end,
                "enrolment",
                Said(
                    f"Inskriven i mobilt team, modell {model}",
                    f"Enrolled in a mobile team, model {model}",
                ),
            )
            for day, end, model in zip(
                rows.day.tolist(), self._ends(rows), rows.texts("mobile_model"), strict=True
            )
        ]

    def _listings(self, rows: TableArrays) -> list[Fact]:
        return [
            Fact(day, end, "listing", LISTED, unit)
            for day, end, unit in zip(
                rows.day.tolist(), self._ends(rows), _units(rows), strict=True
            )
        ]

    def _observations(self, rows: TableArrays) -> list[Fact]:
        return [
            Fact(day, None, "observation", _measured(str(code), value))
            for day, code, value in zip(
                rows.day.tolist(),
                rows.texts("code"),
                rows.numbers("value").tolist(),
                strict=True,
            )
        ]


WORDED: dict[str, Callable[[Wording, TableArrays], list[Fact]]] = {
    "contacts": Wording._contacts,
    "municipal_care": Wording._care,
    "enrolments": Wording._enrolments,
    "listings": Wording._listings,
    "observations": Wording._observations,
}


def _units(rows: TableArrays) -> list[str | None]:
    return [None if unit is None else str(unit) for unit in rows.texts("care_unit")]


def _with_hours(care: Said, hours: float) -> Said:
    if hours != hours:  # NaN
        return care
    return Said(f"{care.sv}, {hours:.0f} timmar i månaden", f"{care.en}, {hours:.0f} hours a month")


def _measured(code: str, number: float) -> Said:
    sv, en, unit = VALUES.get(code, (code, code, ""))
    value = f"{number:g}"
    return Said(
        f"{sv} {value.replace('.', ',')} {unit}".strip(),
        f"{en} {value} {unit}".strip(),
    )
