"""Ids that say of themselves that a card was given here, so that no card need be kept.

A card's id is a UUID of version 8 (RFC 9562) of 16 bytes: seconds since 1970 (4), random (4) and a
keyed hash (HMAC-SHA-256, cut to 62 bits) of these and the service. The id of a card's suggestion
is such a hash of the card's. Nobody without the key makes one, and no id says whose card it was.
"""

import hmac
import secrets
import time
from hashlib import sha256
from uuid import UUID

_VERSION, _VARIANT = 0x80, 0x80


def new_card(key: str, service: str, now: float | None = None) -> str:
    """An id for a card of this service."""
    seconds = int(time.time() if now is None else now) & 0xFFFFFFFF
    head = bytearray(seconds.to_bytes(4, "big") + secrets.token_bytes(4))
    head[6] = head[6] & 0x0F | _VERSION
    return str(UUID(bytes=bytes(head) + _hash(key, "card", service, bytes(head))))


def is_card(key: str, service: str, said: str) -> bool:
    """Whether this service gave the card."""
    try:
        card = UUID(said).bytes
    except ValueError:
        return False
    return hmac.compare_digest(card[8:], _hash(key, "card", service, card[:8]))


def suggestion_of(key: str, card: str) -> str:
    """The id of the one suggestion of a card."""
    whole = UUID(card).bytes
    head = bytearray(_hash(key, "suggestion", "1", whole))
    head[6] = head[6] & 0x0F | _VERSION
    return str(UUID(bytes=bytes(head) + _hash(key, "suggestion", "2", whole)))


def _hash(key: str, what: str, service: str, said: bytes) -> bytes:
    message = f"cds-{what}\0{service}\0".encode() + said
    cut = bytearray(hmac.new(key.encode(), message, sha256).digest()[:8])
    cut[0] = cut[0] & 0x3F | _VARIANT
    return bytes(cut)
