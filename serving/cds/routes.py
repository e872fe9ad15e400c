"""CDS Hooks 2.0 over HTTP: discovery, the services, feedback."""

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request

from serving.api.routes import AtDesk
from serving.cds.services import SERVICES, Service
from serving.cds.spec import Call, FeedbackCall
from serving.monitoring import card_metrics
from serving.problems import NotFoundError, NotSentError

router = APIRouter()


@router.get("/cds-services")
def discovery() -> dict[str, Any]:
    return {"services": [service.described() for service in SERVICES.values()]}


@router.post("/cds-services/{service_id}")
def cards(desk: AtDesk, request: Request, service_id: str, call: Call) -> dict[str, Any]:
    """At most one card; none where the person does not matter here."""
    from features.errors import SettingsError
    from serving.cds.card import Ids, card_of
    from serving.cds.given import new_card, suggestion_of
    from serving.cds.matters import Opened, told_of

    service = _service(service_id)
    if call.hook != service.hook:
        raise SettingsError(
            "another hook than this service's", where="hook", do=f"Send {service.hook}."
        )
    security = request.state.security
    cds, patient_id = security.cds, call.context.patientId
    person_id = cds.whose.person_id(patient_id, call.prefetch)
    opened = Opened(person_id, patient_id, call.prefetch, cds.code_map)
    try:
        told = told_of(desk, request.state.principal, opened)
    except NotSentError:
        card_metrics().unscored.labels(service.id).inc()
        raise
    if told is None:
        return {"cards": []}
    base = security.settings.public_url or str(request.base_url).rstrip("/")
    link = {
        "label": "Öppna i Framsynt",
        "url": f"{base}/people/{quote(person_id, safe='')}",
        "type": "smart" if cds.smart else "absolute",
    }
    known_here = told.unknown is None
    card_metrics().cards.labels(service.id).inc()
    card = new_card(security.secret, service.id)
    ids = Ids(card, suggestion_of(security.secret, card))
    return {"cards": [card_of(told, service.hook, ids, link if known_here else None, base)]}


@router.post("/cds-services/{service_id}/feedback")
def feedback(desk: AtDesk, request: Request, service_id: str, call: FeedbackCall) -> dict[str, Any]:
    """Keeps what is told of cards that were given here; DataError (422) if there was other,
    which is not kept."""
    from features.errors import DataError
    from serving.cds.feedback import keep, not_given, reason_of

    service = _service(service_id)
    who = request.state.principal.subject
    foreign = not_given(request.state.security.secret, service.id, call.feedback)
    ours = [told for n, told in enumerate(call.feedback) if n not in foreign]
    for told in keep(desk.register.engine, who, service.id, ours):
        reason = reason_of(told.overrideReason.reason if told.overrideReason else None)
        card_metrics().feedback.labels(service.id, told.outcome, reason).inc()
    if foreign:
        card_metrics().feedback.labels(service.id, "unknown", "none").inc(len(foreign))
        raise DataError(
            "not of a card, or a suggestion, that this service gave; the rest has been kept",
            where=", ".join(f"feedback/{n}" for n in foreign),
            do="Send each card's uuid to the service that gave it.",
        )
    return {}


def _service(service_id: str) -> Service:
    if service_id not in SERVICES:
        raise NotFoundError("unknown-service", "no such service", do="See GET /cds-services.")
    return SERVICES[service_id]
