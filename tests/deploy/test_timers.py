"""The weekly run is the same commands at the same time, whoever starts it."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.files import DEPLOY, compose, manifests, may_be_set, parsed, pods

UNITS = sorted(f.name for f in (DEPLOY / "systemd").iterdir())
PROGRAM = "/opt/framsynt/bin/framsynt"
COMMANDS = [["ingest", "sql", "/etc/framsynt/source.toml"], ["weekly"]]


def lines_of(unit: str, key: str) -> list[str]:
    text = (DEPLOY / "systemd" / unit).read_text(encoding="utf-8")
    return re.findall(rf"^{key}=(.*)$", text, flags=re.MULTILINE)


def cron_line() -> str:
    text = (DEPLOY / "cron" / "framsynt").read_text(encoding="utf-8")
    (line,) = [found for found in text.splitlines() if found[:1].isdigit()]
    return line


def weekly_job() -> dict[str, object]:
    (found,) = [o["spec"] for o in manifests() if o["kind"] == "CronJob"]
    spec: dict[str, object] = found
    return spec


def test_everybody_runs_the_same_commands() -> None:
    by_systemd = [line.split()[1:] for line in lines_of("framsynt-weekly.service", "ExecStart")]
    by_cron = [part.split() for part in re.findall(rf"{PROGRAM} ([^&]*)", cron_line())]
    pod = pods(manifests())["framsynt-weekly"]
    by_kubernetes = [c["args"] for c in (*pod["initContainers"], *pod["containers"])]
    by_compose = [compose()["services"][name]["command"] for name in ("ingest", "weekly")]
    assert by_systemd == by_cron == by_kubernetes == by_compose == COMMANDS


@pytest.mark.parametrize("number", range(len(COMMANDS)))
def test_they_are_commands_of_framsynt(number: int) -> None:
    parsed(COMMANDS[number])


def test_everybody_starts_on_monday_at_four_in_sweden() -> None:
    assert lines_of("framsynt-weekly.timer", "OnCalendar") == [
        "Mon *-*-* 04:00:00 Europe/Stockholm"
    ]
    assert cron_line().startswith("0 4 * * 1 ")
    assert "CRON_TZ=Europe/Stockholm" in (DEPLOY / "cron" / "framsynt").read_text()
    job = weekly_job()
    assert (job["schedule"], job["timeZone"]) == ("0 4 * * 1", "Europe/Stockholm")
    assert job["concurrencyPolicy"] == "Forbid"


def test_the_service_of_systemd_is_a_command_of_framsynt() -> None:
    for line in [
        *lines_of("framsynt.service", "ExecStart"),
        *lines_of("framsynt.service", "ExecStartPre"),
    ]:
        program, *arguments = line.split()
        assert program == PROGRAM
        parsed(arguments)


@pytest.mark.parametrize("unit", [u for u in UNITS if u.endswith(".service")])
def test_settings_are_settings_and_secrets_are_given(unit: str) -> None:
    given = {line.partition(":")[0] for line in lines_of(unit, "LoadCredential")}
    for line in lines_of(unit, "Environment"):
        name, _, value = line.partition("=")
        assert name in may_be_set() | {"NUMBA_CACHE_DIR"}
        if value.startswith("%d/"):
            assert value.removeprefix("%d/") in given


def test_cron_is_told_what_the_unit_is_told() -> None:
    text = (DEPLOY / "cron" / "framsynt").read_text(encoding="utf-8")
    told = dict(re.findall(r"^([A-Z_]+)=(\S*)$", text, flags=re.MULTILINE))
    for line in lines_of("framsynt-weekly.service", "Environment"):
        name, _, value = line.partition("=")
        assert told[name] == value.replace("%d/", "/etc/framsynt/secrets/")


@pytest.mark.parametrize("unit", UNITS)
def test_units_can_be_read(unit: str) -> None:
    parser = configparser.RawConfigParser(strict=False)
    parser.read_string((DEPLOY / "systemd" / unit).read_text(encoding="utf-8"))
    assert "Unit" in parser


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
@pytest.mark.parametrize("unit", UNITS)
def test_systemd_finds_nothing_wrong(unit: str, tmp_path: Path) -> None:
    for name in UNITS:  # it looks whether programs are there
        text = (DEPLOY / "systemd" / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace(PROGRAM, "/bin/true"), encoding="utf-8")
    found = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / unit)],
        capture_output=True,
        text=True,
    )
    assert [line for line in found.stderr.splitlines() if str(tmp_path) in line] == []
    assert found.returncode == 0, found.stderr
