"""How long work tells how far it has come, and a progress bar for whoever is watching."""

import time
from collections.abc import Iterable, Iterator, Sized
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


class Bars:
    """A ``Track`` that draws a progress bar for anything longer than two seconds."""

    PATIENCE_SECONDS = 2.0

    def __call__(
        self, items: Iterable[T], description: str, total: int | None = None
    ) -> Iterator[T]:
        from rich.console import Console
        from rich.progress import BarColumn as Bar
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        if total is None and isinstance(items, Sized):
            total = len(items)
        console = Console(stderr=True)
        progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            Bar(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        started, task = time.monotonic(), progress.add_task(description, total=total)
        try:
            for item in items:
                yield item
                progress.advance(task)
                if not progress.live.is_started and (
                    time.monotonic() - started > self.PATIENCE_SECONDS
                ):
                    progress.start()
        finally:
            progress.stop()
