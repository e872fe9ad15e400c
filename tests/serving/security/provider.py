"""A real identity provider for the tests, and somebody who logs in there."""

import base64
import hashlib
import json
import secrets
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx

PROCESS = Path(__file__).with_name("provider_process.py")
AUDIENCE = "framsynt-api"


class RunningProvider:
    """Started anew it has other keys, at the same address."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.issuer = f"http://127.0.0.1:{self.port}"
        self.http = httpx.Client(trust_env=False)
        self.start()

    def start(self) -> None:
        command = [sys.executable, str(PROCESS), str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"ready\n"

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()

    def restart(self) -> None:
        self.stop()
        self.http.close()
        self.http = httpx.Client(trust_env=False)
        self.start()

    def user(self, subject: str, **claims: Any) -> None:
        answer = self.http.put(f"{self.issuer}/users/{quote(subject)}", json=claims)
        answer.raise_for_status()

    def says_yes(self, authorization_url: str, subject: str) -> str:
        """Logs somebody in at the provider; the address that they are sent back to."""
        answer = self.http.post(authorization_url, data={"sub": subject})
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    def says_no(self, authorization_url: str) -> str:
        answer = self.http.post(authorization_url, data={"action": "deny"})
        return answer.headers["location"]

    def token(self, subject: str, client_id: str = AUDIENCE) -> str:
        """A signed token for a client of that name, as a tool would get it."""
        verifier = secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
        asked = {
            "client_id": client_id,
            "redirect_uri": "https://tool.example/",
            "response_type": "code",
            "scope": "openid profile",
            "nonce": secrets.token_urlsafe(8),
            "state": "s",
            "code_challenge": challenge.rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        url = httpx.URL(f"{self.issuer}/oauth2/authorize", params=asked)
        back = urlsplit(self.says_yes(str(url), subject))
        sent = {
            "grant_type": "authorization_code",
            "code": parse_qs(back.query)["code"][0],
            "redirect_uri": "https://tool.example/",
            "client_id": client_id,
            "client_secret": "any",
            "code_verifier": verifier,
        }
        got = self.http.post(f"{self.issuer}/oauth2/token", data=sent).json()
        return str(got["id_token"])

    def public_key(self) -> dict[str, Any]:
        return dict(self.http.get(f"{self.issuer}/jwks").json()["keys"][0])


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a token, unchecked."""
    header, claims, _ = token.split(".")
    return _plain(header), _plain(claims)


def _plain(part: str) -> dict[str, Any]:
    return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))


def sealed(header: dict[str, Any], claims: dict[str, Any], key: bytes | None) -> str:
    """A token made by somebody who is not the provider: unsigned, or by HMAC with ``key``."""
    import hmac

    body = ".".join(_packed(json.dumps(p).encode()) for p in (header, claims))
    if key is None:
        return body + "."
    return f"{body}.{_packed(hmac.new(key, body.encode(), hashlib.sha256).digest())}"


def _packed(some: bytes) -> str:
    return base64.urlsafe_b64encode(some).rstrip(b"=").decode()
