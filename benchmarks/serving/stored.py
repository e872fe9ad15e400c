"""Calls for what the register already holds: people on the week's lists."""

from dataclasses import dataclass

from benchmarks.serving.load import Ask
from features.home import Home
from serving.register import Register


@dataclass(frozen=True)
class Stored:
    """Listed people, and those as many who are on no list, of the current run."""

    care_units: list[str]
    listed: list[str]
    others: list[str]

    @property
    def scores(self) -> list[Ask]:
        """Stored scores, of people on lists and on none in turn."""
        people = [who for pair in zip(self.listed, self.others, strict=True) for who in pair]
        return [Ask("GET", f"/api/v1/people/{who}/scores", kind="scores") for who in people]

    @property
    def whole(self) -> list[Ask]:
        """Everything about listed people: all reasons, and the records behind them."""
        return [Ask("GET", f"/api/v1/people/{who}", kind="person") for who in self.listed]

    @property
    def fhir(self) -> list[Ask]:
        """Their scores of all weeks as FHIR."""
        path = "/fhir/RiskAssessment?subject=Patient/"
        return [Ask("GET", f"{path}{who}", kind="fhir") for who in self.listed]


def stored(home: Home, people: int = 100) -> Stored:
    register = Register.open(home)
    try:
        run = register.current()
        assert run is not None
        units = [unit.care_unit for unit in register.units(run.id)]
        listed = [e.person_id for e in register.entries(run.id)]
        others = sorted(register.scores(run.id, run.primary_target).keys() - set(listed))
    finally:
        register.close()
    people = min(people, len(listed), len(others))
    return Stored(units, listed[:people], others[:people])
