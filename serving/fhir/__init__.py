"""FHIR R4 out: risk assessments, weekly lists and enrolment requests, for tools that read it."""
