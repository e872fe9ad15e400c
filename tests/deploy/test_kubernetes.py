"""The Kubernetes manifests: of the right types, strict, agreeing with each other."""

import shutil
import subprocess
from typing import Any

import kubernetes_validate
import pytest
import yaml

from features.secret_files import SUFFIX
from serving.run import DEFAULT_PORT
from serving.security.oidc.settings import OidcSettings
from serving.security.rules import DOOR
from serving.security.settings import Settings
from tests.deploy.files import (
    KUBERNETES,
    PROJECT,
    assignments,
    compose,
    containers,
    manifests,
    may_be_set,
    parsed,
    pods,
    said,
)

OBJECTS = manifests()
PODS = pods(OBJECTS)
EACH = [(pod, one["name"]) for pod, spec in PODS.items() for one in containers(spec)]
OLDEST = "1.29"
"""Of the versions of Kubernetes that this is checked against; the newest is the package's."""


def of_kind(kind: str, name: str) -> dict[str, Any]:
    (found,) = [o for o in OBJECTS if o["kind"] == kind and o["metadata"]["name"] == name]
    return found


def container(pod: str, name: str) -> dict[str, Any]:
    (found,) = [c for c in containers(PODS[pod]) if c["name"] == name]
    return found


def settings() -> dict[str, str]:
    return assignments((KUBERNETES / "settings.env").read_text(encoding="utf-8"))


@pytest.mark.parametrize("number", range(len(OBJECTS)))
@pytest.mark.parametrize("version", [OLDEST, kubernetes_validate.latest_version()])
def test_every_object_is_of_its_type(number: int, version: str) -> None:
    kubernetes_validate.validate(OBJECTS[number], version, strict=True)


def test_kustomize_takes_all_but_the_example_of_a_secret() -> None:
    whole = yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text(encoding="utf-8"))
    files = {f.name for f in KUBERNETES.glob("*.yaml")}
    assert set(whole["resources"]) == files - {"kustomization.yaml", "secret.example.yaml"}
    assert whole["images"] == [{"name": "framsynt", "newTag": PROJECT["version"]}]
    assert whole["namespace"] == of_kind("Namespace", "framsynt")["metadata"]["name"]


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
def test_kustomize_builds_it() -> None:
    built = subprocess.run(
        ["kubectl", "kustomize", str(KUBERNETES)], capture_output=True, text=True, check=True
    )
    made = list(yaml.safe_load_all(built.stdout))
    for one in made:
        kubernetes_validate.validate(one, kubernetes_validate.latest_version(), strict=True)
    images = {c["image"] for pod in pods(made).values() for c in containers(pod)}
    assert images == {f"framsynt:{PROJECT['version']}"}
    (config,) = [o["metadata"]["name"] for o in made if o["kind"] == "ConfigMap"]
    service = pods(made)["framsynt"]["containers"][0]
    assert service["envFrom"] == [{"configMapRef": {"name": config}}]


@pytest.mark.parametrize("pod", sorted(PODS))
def test_pods_run_as_nobody_and_ask_kubernetes_for_nothing(pod: str) -> None:
    spec, user = PODS[pod], int(said("USER")[0].partition(":")[0])
    assert spec["securityContext"]["runAsNonRoot"]
    assert spec["securityContext"]["runAsUser"] == user
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automountServiceAccountToken"] is False
    # Or a Service's name would make variables such as MLFLOW_PORT=tcp://…
    assert spec["enableServiceLinks"] is False


@pytest.mark.parametrize(("pod", "name"), EACH)
def test_containers_can_do_no_more_than_they_must(pod: str, name: str) -> None:
    one = container(pod, name)
    assert one["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert one["resources"]["limits"]["memory"]
    assert one["resources"]["requests"]["cpu"]
    mounts = {m["name"]: m["mountPath"] for m in one["volumeMounts"]}
    assert set(mounts) <= {v["name"] for v in PODS[pod]["volumes"]}
    assert mounts["tmp"] == "/tmp"


@pytest.mark.parametrize(("pod", "name"), [e for e in EACH if e[0] != "mlflow"])
def test_commands_are_commands_of_framsynt_with_settings_that_are_there(
    pod: str, name: str
) -> None:
    one = container(pod, name)
    parsed(one["args"])
    keys = of_kind("Secret", "framsynt-secrets")["stringData"]
    for variable in one["env"]:
        assert variable["name"] in may_be_set()
        assert variable["name"].endswith(SUFFIX)
        assert variable["value"].removeprefix("/run/secrets/framsynt/") in keys


def test_the_settings_are_enough_for_a_login() -> None:
    assert OidcSettings.from_environment(settings()) is not None
    assert Settings.from_environment(settings()).https
    host = settings()["FRAMSYNT_PUBLIC_URL"].removeprefix("https://")
    ingress = of_kind("Ingress", "framsynt")["spec"]
    assert ingress["rules"][0]["host"] == host
    assert ingress["tls"][0]["hosts"] == [host]


def test_the_example_of_a_secret_holds_none() -> None:
    secret = of_kind("Secret", "framsynt-secrets")
    assert set(secret["stringData"].values()) == {""}
    # The same names as compose's files, but for the database that compose brings with it.
    assert set(secret["stringData"]) == set(compose()["secrets"]) - {"postgres_password"}


def test_ports_and_probes_are_where_the_service_answers() -> None:
    service = container("framsynt", "framsynt")
    assert parsed(service["args"]).params["port"] == DEFAULT_PORT
    assert service["ports"] == [{"name": "http", "containerPort": DEFAULT_PORT}]
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        asked = service[probe]["httpGet"]
        assert ("GET", asked["path"]) in DOOR
        assert asked["port"] == "http"
    assert of_kind("Service", "framsynt")["spec"]["ports"][0]["port"] == DEFAULT_PORT
    mlflow = of_kind("Service", "mlflow")["spec"]["ports"][0]["port"]
    assert settings()["FRAMSYNT_MLFLOW_URI"] == f"http://mlflow:{mlflow}"
    args = container("mlflow", "mlflow")["args"]
    assert {f"--port={mlflow}", f"--allowed-hosts=mlflow:{mlflow}"} <= set(args)


def test_who_is_selected_is_there() -> None:
    labels = [
        o["spec"]["template"]["metadata"]["labels"] for o in OBJECTS if o["kind"] == "Deployment"
    ]
    labels += [
        o["spec"]["jobTemplate"]["spec"]["template"]["metadata"]["labels"]
        for o in OBJECTS
        if o["kind"] == "CronJob"
    ]
    for one in OBJECTS:
        spec = one.get("spec", {})
        wanted = {"Service": spec.get("selector"), "NetworkPolicy": spec.get("podSelector", {})}
        chosen = wanted.get(one["kind"])
        if one["kind"] == "NetworkPolicy":
            chosen = (chosen or {}).get("matchLabels", {})
        if chosen is not None:
            assert any(chosen.items() <= found.items() for found in labels)


def test_nobody_talks_to_anybody_without_leave() -> None:
    everybody = of_kind("NetworkPolicy", "nobody")["spec"]
    assert everybody == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    registry = of_kind("NetworkPolicy", "mlflow")["spec"]
    assert "egress" not in registry
    (leave,) = registry["ingress"]
    (who,) = leave["from"]
    assert who == {"podSelector": {"matchLabels": {"app.kubernetes.io/name": "framsynt"}}}


def test_volumes_are_claimed() -> None:
    claims = {o["metadata"]["name"] for o in OBJECTS if o["kind"] == "PersistentVolumeClaim"}
    used = {
        v["persistentVolumeClaim"]["claimName"]
        for pod in PODS.values()
        for v in pod["volumes"]
        if "persistentVolumeClaim" in v
    }
    assert claims == used
