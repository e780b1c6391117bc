"""Gives chargers back to their own rules, and says so when one does not confirm it.

A charger that answers is done within seconds. One that is away is never forgotten: what is owed to it
stays in the store, it is given back when it is heard of again while its site runs, and tried once more
when the site is deleted. The log names it, with what its owner can do.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
import logging
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .debts import Debt, Debts, can_be_reached, is_steered_again, is_steered_now
from .mqtt_transport import steady_now_s
from .sources import ChargerAdapter, Connections, make_charger
from .stopping import async_stop_chargers

_LOGGER = logging.getLogger(__name__)

WAIT_S: Final = 4.0
"""A charger that is there answers within a second; one that is away must not hold up the user."""

STEP_S: Final = 0.25

LASTING_S: Final = 60.0
"""After a start a charger takes up to 30 s to be heard; one that takes longer is away."""

TOLD: Final[HassKey[set[str]]] = HassKey(f"{DOMAIN}_told_of_hand_back")
"""Chargers of which the log has said already that they were not given back."""

TRIED_AGAIN: Final = "It is tried again when it is heard of while its site runs, and on deletion"
NEVER_AGAIN: Final = "Its site is deleted, so nobody will try again"

type Owing = tuple[Debt, ChargerAdapter]


async def async_hand_back(hass: HomeAssistant, owed: Iterable[Owing]) -> Debts:
    """Release what started chargers hold of ours, and return when all confirmed, or after 4 s.

    Gives those that did not.
    """
    started_s = now_s = steady_now_s(hass)
    waiting = list(owed)
    for _, charger in waiting:
        charger.release(now_s)
    while now_s - started_s < WAIT_S:
        waiting = [item for item in waiting if not item[1].given_back]
        if not waiting:
            return ()
        await asyncio.sleep(STEP_S)
        now_s = steady_now_s(hass)
        for _, charger in waiting:
            charger.tick(now_s)
    return tuple(debt for debt, charger in waiting if not charger.given_back)


async def async_give_back(hass: HomeAssistant, entry: ConfigEntry, debts: Debts) -> Debts:
    """Give back chargers of a site that does not run; gives those that did not confirm."""
    due = [debt for debt in debts if not is_steered_again(hass, debt, besides=entry.entry_id)]
    away = tuple(debt for debt in due if not can_be_reached(hass, entry, debt))
    connections = Connections(hass, entry)
    owed = [
        (debt, make_charger(hass, debt.as_subentry(), connections))
        for debt in due
        if debt not in away
    ]
    for _, charger in owed:
        charger.start(steady_now_s(hass))
    await connections.async_ready()
    silent = await async_hand_back(hass, owed)
    await async_stop_chargers([charger for _, charger in owed])
    await connections.async_close()
    return away + silent


def warn(hass: HomeAssistant, debts: Debts, *, final: bool = False) -> None:
    """Say in the log which chargers were not given back and what helps: once, and a last time."""
    told = hass.data.setdefault(TOLD, set())
    for debt in debts:
        if final or _mark(debt) not in told:
            told.add(_mark(debt))
            _LOGGER.warning(
                "%s did not confirm that it was given back, so it may keep what was sent to it "
                "last. %s. To free it now, restart the charger's gateway, or end its override by "
                "hand where it is steered through entities",
                debt.name,
                NEVER_AGAIN if final else TRIED_AGAIN,
            )


@dataclass(slots=True)
class _Leftover:
    debt: Debt
    charger: ChargerAdapter
    since_s: float
    asked: bool = False


class Leftovers:
    """Chargers that are not steered any more, but may hold something: given back once they are heard."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, connections: Connections) -> None:
        self._hass = hass
        self._entry = entry
        self._connections = connections
        self._items: list[_Leftover] = []
        self._unreachable: Debts = ()

    @property
    def debts(self) -> Debts:
        """What is still owed."""
        return (*self._unreachable, *(item.debt for item in self._items))

    def start(self, debts: Debts, now_s: float) -> None:
        """Begin to wait for the chargers of an earlier run that are not steered any more."""
        for debt in debts:
            if is_steered_now(self._hass, debt):
                continue
            if not can_be_reached(self._hass, self._entry, debt):
                self.note((debt,))
                continue
            charger = make_charger(self._hass, debt.as_subentry(), self._connections)
            charger.start(now_s)
            self._items.append(_Leftover(debt, charger, now_s))

    def note(self, debts: Debts) -> None:
        """Keep in mind, for the next run, what is owed to chargers that did not confirm."""
        self._unreachable += debts
        warn(self._hass, tuple(debt for debt in debts if not is_steered_again(self._hass, debt)))

    def tick(self, now_s: float) -> None:
        """Go on giving back; to be called once a second.

        A charger of a site that does not run now is left alone, and stays owed until that runs again.
        """
        self._unreachable = tuple(
            debt for debt in self._unreachable if not is_steered_now(self._hass, debt)
        )
        for item in tuple(self._items):
            left = is_steered_again(self._hass, item.debt)
            over = is_steered_now(self._hass, item.debt)
            if over or (not left and self._is_done(item, now_s)):
                item.charger.stop()
                self._items.remove(item)
            elif not left and now_s - item.since_s >= LASTING_S:
                warn(self._hass, (item.debt,))

    async def async_stop(self) -> None:
        """Wait no more; what is owed stays."""
        await async_stop_chargers([item.charger for item in self._items])

    def _is_done(self, item: _Leftover, now_s: float) -> bool:
        """Ask a charger that is there, and tell whether it is given back."""
        charger = item.charger
        charger.tick(now_s)
        online = charger.reading(now_s).online
        there = online is not None and online.value
        if there and not item.asked:
            item.asked = True
            charger.release(now_s)
        elif item.asked and charger.given_back:
            # Without its number it counts as gone by now, but it was there when it took the release.
            self._hass.data.setdefault(TOLD, set()).discard(_mark(item.debt))
            _LOGGER.info("%s was given back", item.debt.name)
            return True
        return False


def _mark(debt: Debt) -> str:
    return f"{debt.charger_id} {sorted(debt.address.items())}"
