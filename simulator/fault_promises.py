"""What must hold in every house, looked at from outside: limits of the site, shadow mode, closings.

A limit binds the cars only: what the house alone takes is not theirs to give. So what counts is how long
cars have kept a line of the site above its limit, with the part that is theirs. Powers in W.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
import math
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from custom_components.victron_openevse.control.freshness import LADDERS
from custom_components.victron_openevse.control.model import (
    NO_LIMIT,
    Mode,
    SiteSettings,
    SiteSource,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from custom_components.victron_openevse.control.model import Decision
    from simulator.fault_house_dice import DicedHouse
    from simulator.fault_tally import Tally

VOLTS: Final = 235.0
"""Of every diced house."""
INVERTER: Final = "inverter"
ROUNDING_W: Final = 60.0
"""Meters and offers are rounded: a quarter of an ampere."""

REACTION_S: Final = MappingProxyType({SiteSource.MQTT: 20.0, SiteSource.ENTITIES: 75.0})
"""Falls act at once and too little for the least current stops a car after 5 s; but what comes within 12 s of
an own fall (by entities, which may be polled, 70 s) is taken for that fall at first."""
STEPS_TO_REACT: Final = 3
"""Decisions that this may need where they are far apart."""
BUDGETED: Final = (Mode.SOLAR, Mode.SOLAR_ONLY)
"""Modes in which only the sun closes the contactor."""


class Line(NamedTuple):
    """Something that is limited, as it is."""

    name: str
    over_w: float
    """Above its limit; negative = below."""
    cars_w: float
    """What cars that obey take through it."""


class Powers(NamedTuple):
    """What a site takes now, and the part of the cars that obey."""

    grid_w: Sequence[float]
    """Import of each phase; where the product is not told them, of one, as if all cars' were alike."""
    cars_w: Sequence[float]
    """Of the cars, for each of these."""
    battery_w: float
    """+ charging."""
    consumption_w: float
    islanded: bool


def lines(settings: SiteSettings, volts: float, now: Powers) -> Iterator[Line]:
    """Give every line of the site that the owner limits."""
    cars_w = sum(now.cars_w)
    if settings.battery_limit_w > NO_LIMIT:
        yield Line("battery", -now.battery_w - settings.battery_limit_w, cars_w)
    if now.islanded and settings.inverter_limit_w > NO_LIMIT:
        yield Line(INVERTER, now.consumption_w - settings.inverter_limit_w, cars_w)
    if not now.islanded and settings.grid_limit_a > NO_LIMIT:
        limit_w = settings.grid_limit_a * volts
        for number, (grid_w, car_w) in enumerate(zip(now.grid_w, now.cars_w, strict=True)):
            yield Line(f"grid L{number + 1}", grid_w - limit_w, car_w)


@dataclass(slots=True)
class LimitWatch:
    """Tells when cars have kept a line above its limit for longer than the law promises."""

    _since_s: dict[str, float] = field(default_factory=dict)
    _told: set[str] = field(default_factory=set)
    _rest_w: dict[str, deque[tuple[float, float]]] = field(default_factory=dict)
    """What else than cars was on each line, with the times."""

    def look(self, found: Iterable[Line], now_s: float, allowed_s: float) -> list[str]:
        """Look at every line that is limited; returns those that are newly above it for too long.

        `allowed_s` is what the law may need at this moment.
        """
        over = {line.name for line in found if self._excess_w(line, now_s, allowed_s) > ROUNDING_W}
        self._since_s = {name: self._since_s.get(name, now_s) for name in over}
        self._told &= over
        long = {name for name, since_s in self._since_s.items() if now_s - since_s > allowed_s}
        new = sorted(long - self._told)
        self._told |= long
        return new

    def _excess_w(self, line: Line, now_s: float, allowed_s: float) -> float:
        """Give what the cars have too much, but for what came up since the law may have acted."""
        rest_w = line.over_w - line.cars_w
        history = self._rest_w.setdefault(line.name, deque())
        while history and now_s - history[0][0] > allowed_s:
            history.popleft()
        history.append((now_s, rest_w))
        if line.over_w <= ROUNDING_W:
            return 0.0
        new_w = rest_w - min(watts for _at_s, watts in history)
        return min(line.over_w - new_w, line.cars_w)

    def forget(self) -> None:
        """Begin anew: for a while the law could not know."""
        self._rest_w.clear()
        self._since_s.clear()
        self._told.clear()


class Promises:
    """Looks at a diced house, decision by decision."""

    def __init__(self, tally: Tally, house: DicedHouse, step_s: float) -> None:
        """Count into `tally` what goes wrong in `house`; `step_s` lies between two decisions."""
        self._tally, self._house = tally, house
        self._reaction_s = REACTION_S[house.source] + STEPS_TO_REACT * step_s
        self._limits = LimitWatch()
        self._spoilt_at_s = -math.inf
        self._starts: Counter[str] = Counter()
        self._free: Counter[str] = Counter(house.chargers.keys())

    def forget(self) -> None:
        """Nobody decided for a while."""
        self._limits.forget()

    def begins_anew(self, *chargers: str) -> None:
        """A person, a plug or a restart gives these chargers a start beyond the day's budget."""
        self._free.update(chargers)
        self.forget()

    def begins_another_day(self) -> None:
        """By the clock that the law was shown, the closings so far are older than a day."""
        self._starts.clear()

    def starts(self, key: str, *, spoilt: bool) -> None:
        """An offer of ours closes a contactor; what the law could not see does not count."""
        own, charger = self._house.settings.chargers[key], self._house.chargers[key]
        closes = charger.wants and not charger.fault and charger.override_a is None
        if spoilt or not closes or own.mode not in BUDGETED:
            return
        self._starts[key] += 1
        if self._starts[key] > own.daily_closings + self._free[key]:
            self._tally.violate(f"{self._starts[key]} closings of {key} by the sun")

    def _unsure(self) -> int:
        """How many cars may be stopped in vain: nobody knows which phase they would relieve."""
        chargers = self._house.settings.chargers.values()
        return sum(own.phases == 1 and own.grid_phase == 0 for own in chargers)

    def look(self, decision: Decision, now_s: float, *, spoilt: bool, lies: bool) -> None:
        """Look at the house after a decision; `spoilt` tells that some reading is not as it is."""
        site = self._house.settings.site
        if site.shadow:
            sent = any(decided.send for decided in decision.chargers.values())
            if sent or decision.site.discharge_limit_w is not None:
                self._tally.violate("something was sent in shadow mode")
        if site.shadow or lies:
            self.forget()
            return
        self._spoilt_at_s = now_s if spoilt else self._spoilt_at_s
        allowed_s = self._reaction_s * (1 + self._unsure())
        if now_s - self._spoilt_at_s <= allowed_s:
            allowed_s += LADDERS[self._house.source].stop_s
        found = list(lines(site, VOLTS, self._house.powers))
        if spoilt:  # a GX that is silent cannot tell that the grid is gone
            found = [line for line in found if line.name != INVERTER]
        for name in self._limits.look(found, now_s, allowed_s):
            self._tally.violate(f"cars above the limit of {name} at {now_s:.0f} s")
