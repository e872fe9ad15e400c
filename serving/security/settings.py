"""The security settings, all from the environment, read and checked in this one place.

docs/security.md explains each; those of the identity provider are in ``oidc/settings.py``.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Self
from urllib.parse import urlsplit

from features.errors import SettingsError


@dataclass(frozen=True)
class Rate:
    """So many requests a second for long, and ``burst`` at once."""

    per_second: float
    burst: int

    @classmethod
    def of(cls, text: str, where: str) -> Self:
        found = re.fullmatch(r"(\d+(?:\.\d+)?)/(\d+)", text)
        if not found or float(found[1]) <= 0 or int(found[2]) < 1:
            raise SettingsError(
                "not a rate", where=where, do="Write requests a second and burst, as 50/500."
            )
        return cls(float(found[1]), int(found[2]))


@dataclass(frozen=True)
class Settings:
    """``public_url``: scheme and host that browsers see, as ``https://framsynt.example.se``."""

    public_url: str = ""
    metrics_token: str = ""
    per_principal: Rate = Rate(200, 2000)  # a session, or a tool with a token
    per_address: Rate = Rate(500, 5000)  # a whole clinic may sit behind one address
    per_login: Rate = Rate(10, 600)  # logins begun from one address

    @property
    def https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def host(self) -> str:
        """Host and port of the public address; empty where none is set."""
        return urlsplit(self.public_url).netloc

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """SettingsError that names the variable."""
        said = {n: v for n in _NAMES if (v := environment.get(f"FRAMSYNT_{n}"))}
        made: dict[str, object] = {}
        if "PUBLIC_URL" in said:
            made["public_url"] = public_url(said["PUBLIC_URL"])
        if "METRICS_TOKEN" in said:
            made["metrics_token"] = said["METRICS_TOKEN"]
        for field, name in _RATES.items():
            if name in said:
                made[field] = Rate.of(said[name], f"FRAMSYNT_{name}")
        return cls(**made)  # type: ignore[arg-type]


_RATES = {
    "per_principal": "RATE_PER_PRINCIPAL",
    "per_address": "RATE_PER_ADDRESS",
    "per_login": "RATE_PER_LOGIN",
}
_NAMES = ("PUBLIC_URL", "METRICS_TOKEN", *_RATES.values())


def public_url(said: str) -> str:
    """Without a slash at the end. SettingsError unless https, or http on this very machine."""
    parts = urlsplit(said)
    if parts.path.strip("/") or parts.query or parts.fragment or not parts.hostname:
        raise SettingsError(
            "not scheme and host",
            where="FRAMSYNT_PUBLIC_URL",
            do="Write it as https://framsynt.example.se, without a path.",
        )
    require_https(said, "FRAMSYNT_PUBLIC_URL")
    return f"{parts.scheme}://{parts.netloc}"


def require_https(url: str, where: str) -> None:
    """SettingsError for an address that others on the network could read along."""
    parts = urlsplit(url)
    plain = parts.scheme == "http" and is_loopback(parts.hostname or "")
    if parts.scheme != "https" and not plain:
        raise SettingsError(
            "not an https address",
            where=where,
            do="Use https; http only for this machine itself (127.0.0.1).",
        )


def is_loopback(host: str) -> bool:
    """Whether a host or address is this machine and nobody else can reach it."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
