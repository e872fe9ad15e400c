"""compose.yaml: of the right form, and a service that its settings let start."""

import importlib.resources
import json
import re
import subprocess
from typing import Any

import pytest
from jsonschema.validators import validator_for

from features.secret_files import SUFFIX
from serving.run import DEFAULT_PORT
from serving.security.oidc.settings import OidcSettings
from serving.security.settings import Settings
from tests.deploy.files import (
    DEPLOY,
    PROJECT,
    ROOT,
    assignments,
    compose,
    may_be_set,
    parsed,
    said,
)

SERVICES: dict[str, dict[str, Any]] = compose()["services"]
OURS = sorted(n for n, s in SERVICES.items() if s["image"].startswith("framsynt:"))
SETTING = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


def filled(text: str, known: dict[str, str]) -> str:
    """As compose fills settings in. KeyError, with its words, for one that must be set."""

    def value(found: re.Match[str]) -> str:
        name, kind, rest = found.groups()
        if known.get(name):
            return known[name]
        if kind == "?":
            raise KeyError(rest)
        return rest or ""

    return SETTING.sub(value, text)


def environment(service: str, known: dict[str, str]) -> dict[str, str]:
    """What a container is given. ``known``: what stands in ``.env``."""
    given = known if SERVICES[service].get("env_file") == [".env"] else {}
    own = {n: filled(str(v), known) for n, v in SERVICES[service]["environment"].items()}
    return {**given, **own}


def test_it_has_the_form_that_the_compose_specification_asks_for() -> None:
    vendor = importlib.resources.files("check_jsonschema.builtin_schemas") / "vendor"
    schema = json.loads((vendor / "compose-spec.json").read_text(encoding="utf-8"))
    errors = list(validator_for(schema)(schema).iter_errors(compose()))
    assert [f"{'/'.join(map(str, e.path))}: {e.message[:200]}" for e in errors] == []


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_images_have_a_version_and_ours_is_the_projects(name: str) -> None:
    image = SERVICES[name]["image"]
    _, _, tag = image.partition(":")
    assert tag
    assert tag != "latest"
    if name in OURS:
        assert tag == PROJECT["version"]


@pytest.mark.parametrize("name", OURS)
def test_our_image_may_change_nothing_but_its_volumes(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["user"] == said("USER")[0]
    assert "/tmp" in service["tmpfs"]


@pytest.mark.parametrize("name", sorted(set(OURS) - {"mlflow"}))
def test_commands_are_commands_of_framsynt(name: str) -> None:
    parsed(SERVICES[name]["command"])


@pytest.mark.filterwarnings("ignore")  # of MLflow's own
def test_mlflows_command_is_one_of_mlflow() -> None:
    from mlflow import environment_variables
    from mlflow.cli import server

    service = SERVICES["mlflow"]
    assert service["entrypoint"] == ["mlflow"]
    assert service["command"][0] == "server"
    context = server.make_context("server", service["command"][1:])
    assert f"http://mlflow:{context.params['port']}" in str(SERVICES["framsynt"]["environment"])
    assert f"mlflow:{context.params['port']}" in context.params["allowed_hosts"]
    assert all(hasattr(environment_variables, name) for name in service["environment"])


def test_nothing_is_published_beyond_this_machine() -> None:
    published = [p for s in SERVICES.values() for p in s.get("ports", [])]
    assert published == [f"127.0.0.1:{DEFAULT_PORT}:{DEFAULT_PORT}"]
    networks = compose()["networks"]
    for name in ("postgres", "mlflow"):
        assert all(networks[n]["internal"] for n in SERVICES[name]["networks"])


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_what_runs_on_is_asked_whether_it_is_well_and_what_it_names_is_there(name: str) -> None:
    service, whole = SERVICES[name], compose()
    if service["restart"] == "unless-stopped" and name != "framsynt":  # it has its image's
        assert service["healthcheck"]["test"]
    for mount in service.get("volumes", []):
        volume = mount.split(":")[0]
        assert volume in whole["volumes"] or volume.startswith(("$", "."))
    assert set(service.get("networks", [])) <= set(whole["networks"])
    assert set(service.get("secrets", [])) <= set(whole["secrets"])
    assert set(service.get("depends_on", {})) <= set(SERVICES)


@pytest.mark.parametrize("name", OURS)
def test_settings_are_settings_and_secrets_are_files_that_are_given(name: str) -> None:
    service = SERVICES[name]
    for variable, value in service.get("environment", {}).items():
        if variable.startswith("FRAMSYNT_"):
            assert variable in may_be_set()
        if variable.endswith(SUFFIX):
            assert value.removeprefix("/run/secrets/") in service["secrets"]


@pytest.mark.parametrize("name", ["framsynt", "ingest", "train", "weekly"])
@pytest.mark.parametrize("setting", ["OTEL_EXPORTER_OTLP_ENDPOINT", "FRAMSYNT_AT_ONCE"])
def test_any_setting_may_stand_in_the_file_of_settings(name: str, setting: str) -> None:
    known = assignments((DEPLOY / "env.example").read_text(encoding="utf-8"))
    assert environment(name, {**known, setting: "said"})[setting] == "said"


@pytest.mark.parametrize(
    "missing", ["FRAMSYNT_PUBLIC_URL", "FRAMSYNT_OIDC_ISSUER", "FRAMSYNT_OIDC_CLIENT_ID"]
)
def test_it_does_not_start_without_a_login_for_real_people(missing: str) -> None:
    known = assignments((DEPLOY / "env.example").read_text(encoding="utf-8"))
    del known[missing]
    with pytest.raises(KeyError, match=r"docs/deployment\.md"):
        environment("framsynt", known)


def test_with_the_example_filled_in_the_service_knows_all_it_must() -> None:
    known = assignments((DEPLOY / "env.example").read_text(encoding="utf-8"))
    environ = environment("framsynt", known)
    told = {n: v for n, v in environ.items() if not n.endswith(SUFFIX)}
    login = OidcSettings.from_environment(told)
    assert login is not None
    assert login.audience == known["FRAMSYNT_OIDC_AUDIENCE"] != login.client_id
    assert Settings.from_environment(told).https


def test_no_secret_is_in_the_repository() -> None:
    for secret in compose()["secrets"].values():
        assert secret["file"].startswith("./secrets/")
    tracked = subprocess.run(
        ["git", "ls-files", "deploy/secrets"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert tracked in (["deploy/secrets/.gitignore"], [])  # none where this is no repository
