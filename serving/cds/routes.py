"""CDS Hooks 2.0 over HTTP: discovery, the services, feedback."""

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request

from serving.api.routes import AtDesk
from serving.cds.services import SERVICES, Service
from serving.cds.spec import Call, FeedbackCall
from serving.monitoring import card_metrics
from serving.problems import NotFoundError

router = APIRouter()


@router.get("/cds-services")
def discovery() -> dict[str, Any]:
    return {"services": [service.described() for service in SERVICES.values()]}


@router.post("/cds-services/{service_id}")
def cards(desk: AtDesk, request: Request, service_id: str, call: Call) -> dict[str, Any]:
    """At most one card; none where the person does not matter here."""
    from features.errors import SettingsError
    from serving.cds.card import card_of
    from serving.cds.matters import told_of

    service = _service(service_id)
    if call.hook != service.hook:
        raise SettingsError("another hook than this service's", where="hook", do=service.hook)
    cds = request.state.security.cds
    person_id = call.context.patientId
    told = told_of(desk, request.state.principal, person_id, call.prefetch, cds.code_map)
    if told is None:
        return {"cards": []}
    base = request.state.security.settings.public_url or str(request.base_url).rstrip("/")
    link = {
        "label": "Öppna i Framsynt",
        "url": f"{base}/people/{quote(person_id, safe='')}",
        "type": "smart" if cds.smart else "absolute",
    }
    known_here = told.unknown is None
    card_metrics().cards.labels(service.id).inc()
    return {"cards": [card_of(told, service.hook, link if known_here else None, base)]}


@router.post("/cds-services/{service_id}/feedback")
def feedback(desk: AtDesk, request: Request, service_id: str, call: FeedbackCall) -> dict[str, Any]:
    from serving.cds.feedback import keep
    from serving.deciding import DECLINE_REASONS

    service = _service(service_id)
    who = request.state.principal.subject
    for told in keep(desk.register.engine, who, service.id, call.feedback):
        override = told.overrideReason
        code = override.reason.code if override and override.reason else "none"
        reason = code if code in DECLINE_REASONS or code == "none" else "other"
        card_metrics().feedback.labels(service.id, told.outcome, reason).inc()
    return {}


def _service(service_id: str) -> Service:
    if service_id not in SERVICES:
        raise NotFoundError("unknown-service", "no such service", do="See GET /cds-services.")
    return SERVICES[service_id]
