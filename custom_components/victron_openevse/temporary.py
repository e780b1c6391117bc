"""A boost, a pause or a mode with an end, on Home Assistant's side: asked for, ended, cleared.

The law keeps its time and says when it is over (`control/temporary`). Here the settings are changed
accordingly: what a person chooses last holds, so a new mode or a pause ends what was temporary.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .control.memory import ChargerMemory
from .control.model import ChargerSettings, Decision, Settings, Temporary


def as_last_word(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Give changes of a charger's settings that also end what is temporary, where they should.

    A mode or a pause says what to do from now on, and a mode ends a pause; the end of a pause says
    nothing of what is temporary.
    """
    if "mode" in changes:
        return {"temporary": None, "pause_until_morning": False, **changes}
    if changes.get("pause_until_morning") is True:
        return {"temporary": None, **changes}
    return dict(changes)


def asked_now(temporary: Temporary, memory: ChargerMemory) -> dict[str, Any]:
    """Give the changes of a charger's settings that begin `temporary`, even when one like it runs.

    A pause until morning waits meanwhile and goes on after it.
    """
    numbered = replace(temporary, serial=memory.progress.serial + 1)
    return {"temporary": numbered}


def without_finished(settings: Settings, decision: Decision) -> Settings:
    """Clear pauses and temporary modes that the law calls over."""
    chargers = {key: _cleared(charger, decision, key) for key, charger in settings.chargers.items()}
    return settings if chargers == settings.chargers else replace(settings, chargers=chargers)


def _cleared(settings: ChargerSettings, decision: Decision, key: str) -> ChargerSettings:
    answer = decision.chargers.get(key)
    if answer is None or not (answer.pause_over or answer.temporary_over):
        return settings
    return replace(
        settings,
        pause_until_morning=settings.pause_until_morning and not answer.pause_over,
        temporary=None if answer.temporary_over else settings.temporary,
    )
