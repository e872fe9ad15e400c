"""What was decided, in words."""

from serving.deciding import DECLINE_REASONS, END_REASONS
from serving.register.decisions import Decision, Kind
from serving.review import Row, State
from serving.web.words import Speech


class Deeds:
    """One language's way of telling decisions."""

    def __init__(self, speech: Speech) -> None:
        self.say = speech

    def state(self, row: Row) -> str:
        """Where somebody stands now; empty while nothing is decided."""
        decision = row.decision
        if row.state is State.ENROLLED:
            said = self.say.day(row.since) if row.since else ""
            return self.say.text("state_enrolled", m=row.model or "", day=said)
        return self.told(decision) if decision else ""

    def told(self, decision: Decision) -> str:
        """A decision in a few words: what, until when, why."""
        day, model = self.say.day, decision.mobile_model or ""
        if decision.kind is Kind.ENROL:
            start = day(decision.start) if decision.start else ""
            return self.say.text("state_enrolled", m=model, day=start)
        if decision.kind is Kind.WAIT:
            return self.say.text("state_waiting", m=model)
        if decision.kind is Kind.DEFER:
            until = day(decision.until) if decision.until else ""
            return self.say.text("state_deferred", day=until)
        if decision.kind is Kind.DECLINE:
            return self.say.text("state_declined", why=self.why(decision))
        if decision.kind is Kind.END:
            until = day(decision.until) if decision.until else ""
            return self.say.text("state_ended", day=until, why=self.why(decision))
        return self.say.text("state_undone")

    def why(self, decision: Decision) -> str:
        reasons = END_REASONS if decision.kind is Kind.END else DECLINE_REASONS
        named = reasons.get(decision.reason or "")
        if named is None or decision.reason == "other":
            return decision.note or (self.say.words(named) if named else "")
        return self.say.words(named)

    def by(self, decision: Decision) -> str:
        """Who decided, and when."""
        return f"{decision.who_name}, {self.say.moment(decision.at)}"
