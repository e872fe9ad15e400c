"""A card in Swedish, from what is known of a person who matters."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from serving.api.answers import MobileModel, Reason
from serving.deciding import DECLINE_REASONS
from serving.web.words import Speech, sentence

REASON_SYSTEM = "urn:framsynt:decline-reason"
TOPIC = {
    "system": "urn:framsynt:topic",
    "code": "proactive-care",
    "display": "Proaktiv vård",
}
LONGEST_SUMMARY = 139  # CDS Hooks: less than 140 characters
STRONGEST = 3
URGENT_CHANGES = {"new", "returned", "risen", "discharged"}

TABLES_IN_WORDS = {
    "contacts": "vårdkontakter",
    "diagnoses": "diagnoser",
    "procedures": "åtgärder",
    "dispensings": "läkemedel",
    "municipal_care": "kommunal vård och omsorg",
    "observations": "mätvärden",
}


@dataclass(frozen=True)
class Ids:
    """What feedback will name the card and its suggestion by."""

    card: str
    suggestion: str


@dataclass(frozen=True)
class Told:
    """What a card tells. ``rank`` and ``changed``: of somebody on the week's list. ``unknown``:
    tables that a score from records sent along could not see; None for a weekly score."""

    target: str
    probability: float
    reasons: Sequence[Reason]
    mobile_model: MobileModel | None
    week: str = ""
    rank: int | None = None
    changed: Sequence[str] = ()
    unknown: Sequence[str] | None = None


def card_of(
    told: Told, hook: str, ids: Ids, link: dict[str, str] | None, source_url: str
) -> dict[str, Any]:
    """As CDS Hooks 2.0 wants it; without null and without empty members."""
    speech = Speech.of("sv")
    model = told.mobile_model
    source: dict[str, Any] = {"label": "Framsynt", "topic": TOPIC}
    if source_url:
        source["url"] = source_url
    suggest = f"Ta upp för mobilt team (modell {model.model})" if model else "Ta upp för teamet"
    card: dict[str, Any] = {
        "uuid": ids.card,
        "summary": _summary(told, speech),
        "detail": _detail(told, speech),
        "indicator": _indicator(told, hook),
        "source": source,
        "suggestions": [{"label": suggest, "uuid": ids.suggestion}],
        "selectionBehavior": "at-most-one",
        "overrideReasons": [
            {"code": code, "system": REASON_SYSTEM, "display": words.sv}
            for code, words in DECLINE_REASONS.items()
        ],
    }
    if link:
        card["links"] = [link]
    return card


def _summary(told: Told, speech: Speech) -> str:
    risk = f"{speech.frequency(told.probability)} i samma läge: {speech.target(told.target)}"
    return f"{sentence(risk)}. {_place(told, speech)}"[:LONGEST_SUMMARY]


def _place(told: Told, speech: Speech) -> str:
    if told.unknown is not None:
        return "Lika hög risk som på vårdcentralens lista."
    week = speech.week_number(told.week)
    if told.rank is None:
        return f"Lika hög risk som på listan vecka {week}."
    new = "Ny på" if "new" in told.changed else f"Nummer {told.rank} på"
    return f"{new} listan vecka {week}."


def _detail(told: Told, speech: Speech) -> str:
    raising = [r for r in told.reasons if r.raises][:STRONGEST]
    lines = ["**Det som höjer risken mest**", ""]
    lines += [f"- {_plain(sentence(r.words.sv))}" for r in raising]
    if told.mobile_model is not None:
        model = told.mobile_model
        lines += ["", f"**Förslag:** modell {model.model}. {_plain(speech.rule(model))}."]
    if told.unknown is not None:
        lines += ["", "Beräknat på det som journalsystemet skickade med."]
        if told.unknown:
            words = ", ".join(TABLES_IN_WORDS.get(t, t) for t in told.unknown)
            lines += [f"Inte känt här: {words}."]
    lines += [
        "",
        f"Risktalet ({speech.chance(told.probability)}) säger hur det brukar gå för personer "
        "med liknande uppgifter. Det är ingen diagnos och avgör ingenting.",
    ]
    return "\n".join(lines)


def _plain(words: str) -> str:
    """Words that Markdown takes as they are."""
    return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", words).rstrip(".")


def _indicator(told: Told, hook: str) -> str:
    """Never critical: nothing here is an emergency."""
    newly = hook == "encounter-discharge" or URGENT_CHANGES & set(told.changed)
    return "warning" if newly else "info"
