"""A resource as an answer, and a route that gives one."""

from fastapi.responses import JSONResponse

from serving.api.written import Written
from serving.fhir.elements import MEDIA_TYPE, Resource


class FhirAnswer(JSONResponse):
    media_type = MEDIA_TYPE


class FhirRoute(Written):
    """A route that answers with a resource."""

    @staticmethod
    def write(answer: Resource, status: int) -> FhirAnswer:
        return FhirAnswer(answer, status)
