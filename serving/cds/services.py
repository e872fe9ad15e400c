"""The services that a record system discovers."""

from dataclasses import dataclass

PREFETCH = {
    "patient": ("Patient", "Patient/{{context.patientId}}"),
    "encounters": ("Encounter", "Encounter?patient={{context.patientId}}"),
    "conditions": ("Condition", "Condition?patient={{context.patientId}}"),
    "procedures": ("Procedure", "Procedure?patient={{context.patientId}}"),
    "dispenses": ("MedicationDispense", "MedicationDispense?patient={{context.patientId}}"),
    "medications": ("MedicationRequest", "MedicationRequest?patient={{context.patientId}}"),
    "laboratory": ("Observation", "Observation?patient={{context.patientId}}&category=laboratory"),
    "vital_signs": (
        "Observation",
        "Observation?patient={{context.patientId}}&category=vital-signs",
    ),
    "episodes": ("EpisodeOfCare", "EpisodeOfCare?patient={{context.patientId}}"),
}
"""Key -> type of resource and FHIR query. Needed only of people who are not in the register."""


NEEDS = (
    "Om personen inte finns i Framsynts register behövs allt som prefetch ber om, annars blir "
    "svaret 412."
)


@dataclass(frozen=True)
class Service:
    id: str
    hook: str
    title: str
    description: str

    def described(self) -> dict[str, object]:
        """As the discovery endpoint tells it."""
        prefetch = {key: query for key, (_, query) in PREFETCH.items()}
        return {**vars(self), "prefetch": prefetch, "usageRequirements": NEEDS}


SERVICES = {
    service.id: service
    for service in (
        Service(
            "framsynt-patient-view",
            "patient-view",
            "Framsynt: risk för undvikbar slutenvård",
            "Ett kort när personen står på veckans lista, eller har lika hög risk som de som "
            "gör det, och ingen ännu har tagit ställning.",
        ),
        Service(
            "framsynt-encounter-discharge",
            "encounter-discharge",
            "Framsynt: inför hemgång",
            "Samma kort vid utskrivning, så att ett mobilt team kan kopplas in före hemgång.",
        ),
    )
}
