"""How long work tells how far it has come, without knowing who is watching."""

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

T = TypeVar("T")


class Track(Protocol):
    """Passes items on, one by one, while somebody may draw a progress bar."""

    def __call__(
        self, items: Iterable[T], description: str, total: int | None = None
    ) -> Iterator[T]: ...


def silently(items: Iterable[T], description: str, total: int | None = None) -> Iterator[T]:
    """The ``Track`` of tests and libraries: nobody is watching."""
    yield from items
