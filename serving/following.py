"""The parent's part in taking up another champion: it asks the registry, and tells the workers."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from features.errors import SettingsError
from features.home import Home
from serving import pins
from serving.pins import Pin

VARIABLE = "FRAMSYNT_CHAMPION_SECONDS"
USUAL_SECONDS = 5.0
AGAIN_AFTER_SECONDS = 60.0
"""The files of a champion that could not be had are looked for so seldom: from a server they are
fetched anew each time."""
NONE = Pin("", "")


def follow_seconds() -> float:
    """How often the registry is asked for another champion; 0: never. SettingsError."""
    said = os.environ.get(VARIABLE, "")
    try:
        seconds = float(said) if said else USUAL_SECONDS
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < 86_400:
        raise SettingsError(
            "not a number of seconds", where=VARIABLE, do="Write 5, or 0 to never ask."
        )
    return seconds


def champion_now(home: Home, known: Pin) -> Pin:
    """The registry's champion; ``known`` where that is still the one, or where there is none.

    Only looked up: a worker that cannot load it goes on with the one before. Its folder is empty
    where its files cannot be had; asked with ``NONE`` as known, they are looked for again.
    """
    from models.registry import Registry

    registry = Registry(home)
    version = registry.champion_version()
    if version is None or version == known.version:
        return known
    try:
        return Pin(version, str(registry.folder(version)))
    except Exception:  # MLflow has many ways to say that files are not there
        return Pin(version, "")


class Following:
    """Asks now and then, and writes the pin file when there is another champion.

    ``say``: where to tell an operator; once for each change, and once while nothing answers.
    """

    def __init__(
        self,
        file: Path,
        first: Pin,
        ask: Callable[[Pin], Pin],
        every_seconds: float,
        say: Callable[[str], None],
    ) -> None:
        self.pins = [first]
        self._file, self._ask, self._every, self._say = file, ask, every_seconds, say
        self._next = time.monotonic() + every_seconds
        self._again = 0.0
        self._silent = False

    def turn(self) -> None:
        """To be called again and again; most often it does nothing."""
        if not self._every or time.monotonic() < self._next:
            return
        try:
            found = self._ask(NONE if self._files_are_due() else self.pins[0])
        except Exception as error:  # whatever a database or a server away may raise
            if not self._silent:
                self._say(
                    f"The model registry does not answer ({type(error).__name__}); "
                    f"model version {self.pins[0].version} goes on serving."
                )
            self._silent = True
        else:
            self._silent = False
            if found not in (NONE, self.pins[0]):
                there = found.version == self.pins[0].version
                self.pins = pins.with_new(self.pins, found)
                pins.write(self._file, self.pins)
                what = "The files are there now of" if there else "The champion is now"
                self._say(f"{what} model version {found.version}.")
        self._next = time.monotonic() + self._every

    def _files_are_due(self) -> bool:
        """Whether to look again for the files of a champion that could not be had."""
        if self.pins[0].folder or time.monotonic() < self._again:
            return False
        self._again = time.monotonic() + AGAIN_AFTER_SECONDS
        return True
