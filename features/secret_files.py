"""Secrets from files, as containers and systemd hand them over, instead of the environment.

``FRAMSYNT_REGISTER_URL_FILE=/run/secrets/register_url`` is as if ``FRAMSYNT_REGISTER_URL`` were
what that file holds. Whoever lists processes or containers then sees a path.
"""

from collections.abc import MutableMapping
from pathlib import Path

from features.errors import SettingsError

SECRETS = (
    "FRAMSYNT_FHIR_TOKEN",
    "FRAMSYNT_METRICS_TOKEN",
    "FRAMSYNT_MLFLOW_URI",
    "FRAMSYNT_OIDC_CLIENT_SECRET",
    "FRAMSYNT_REGISTER_URL",
    "FRAMSYNT_SESSION_SECRET",
    "FRAMSYNT_SOURCE_URL",
)
SUFFIX = "_FILE"


def read_secret_files(environment: MutableMapping[str, str]) -> None:
    """Put what the files hold, without blanks around it, in the environment; the names of files
    are taken out. An empty file is no setting.

    SettingsError for a file that cannot be read, or a setting that is there both ways; never
    with a file's content.
    """
    for name in SECRETS:
        file = environment.pop(name + SUFFIX, "")
        if not file:
            continue
        if environment.get(name):
            raise SettingsError("set twice", where=name, do=f"Leave out {name} or {name}{SUFFIX}.")
        try:
            said = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise SettingsError(
                "cannot be read", where=name + SUFFIX, do="Name a file that this user may read."
            ) from None
        if said:
            environment[name] = said
