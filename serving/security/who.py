"""Who somebody is to the service: a name, roles, and the care units they work at."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody may do. One person may have several.

    A reviewer works with the people of their own care units, a coordinator with those of all
    units; an analyst sees aggregates; an administrator sees who saw what. The latter two see
    nobody's record.
    """

    REVIEWER = "reviewer"
    COORDINATOR = "coordinator"
    ANALYST = "analyst"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class Principal:
    """Somebody logged in, or a tool with a token.

    ``subject`` is the identity provider's stable id, ``units`` the care units' HSA-ids.
    """

    subject: str
    name: str
    roles: frozenset[Role]
    units: frozenset[str] = frozenset()

    def works_at(self, care_unit: str) -> bool:
        """Whether the people of a care unit are theirs to see."""
        if Role.COORDINATOR in self.roles:
            return True
        return Role.REVIEWER in self.roles and care_unit in self.units
