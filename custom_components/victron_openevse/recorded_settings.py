"""The settings as names and values: for a change that is only tried, and as they were recorded.

The names, units and bounds are those of our number, select and switch entities.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from homeassistant.const import Platform
from homeassistant.exceptions import ServiceValidationError

from .const import DOMAIN
from .control.model import Settings
from .control.replay_record import Track
from .entity import setting_errors
from .number import CHARGER_NUMBERS, SITE_NUMBERS, SettingDescription
from .settings import Section, check_charger, check_site, fit


@dataclass(frozen=True, slots=True, kw_only=True)
class Knob:
    """A setting behind an entity."""

    key: str
    platform: Platform
    field: str
    """Name of the setting in the law's settings."""
    scale: float = 1.0
    """Units of the field per unit of the entity."""

    def value_of(self, section: Section) -> Any:
        """The setting as its entity shows it."""
        value = getattr(section, self.field)
        return value if self.scale == 1.0 else value / self.scale

    def parse(self, value: object, section: Section) -> Any:
        """Give the value of the field; None for one that is not allowed."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            value *= self.scale
        return fit(self.field, getattr(section, self.field), value)

    def read(self, text: str, section: Section) -> Any:
        """Give the value of the field for a recorded state; None for one that is not allowed."""
        if self.platform is Platform.SELECT:
            return self.parse(text, section)
        if self.platform is Platform.SWITCH:
            return self.parse(text == "on", section)
        try:
            return self.parse(float(text), section)
        except ValueError:
            return None


def _number(item: SettingDescription) -> Knob:
    return Knob(key=item.key, platform=Platform.NUMBER, field=item.field, scale=item.scale)


SITE_KNOBS: Final = (
    *(_number(item) for item in SITE_NUMBERS),
    Knob(key="priority", platform=Platform.SELECT, field="priority"),
    Knob(key="shadow", platform=Platform.SWITCH, field="shadow"),
)
CHARGER_KNOBS: Final = (
    *(_number(item) for item in CHARGER_NUMBERS),
    Knob(key="mode", platform=Platform.SELECT, field="mode"),
    Knob(key="use_battery", platform=Platform.SWITCH, field="use_battery"),
    Knob(key="pause_until_morning", platform=Platform.SWITCH, field="pause_until_morning"),
)

FACTS: Final = frozenset(
    {
        "battery_capacity",
        "inverter_limit",
        "circuit_current",
        "order",
        "shadow",
        "pause_until_morning",
    }
)
"""Not for trying: what is so, and what a replay does not show."""

SITE_NAMES: Final = frozenset(knob.key for knob in SITE_KNOBS) - FACTS
CHARGER_NAMES: Final = frozenset(knob.key for knob in CHARGER_KNOBS) - FACTS


def as_rule(settings: Settings) -> Settings:
    """The settings without what holds only for now: pause, boost, shadow mode."""
    chargers = {
        key: replace(own, temporary=None, pause_until_morning=False, check_serial=0)
        for key, own in settings.chargers.items()
    }
    return replace(settings, site=replace(settings.site, shadow=False), chargers=chargers)


def changed(settings: Settings, changes: Mapping[str, object], chargers: Iterable[str]) -> Settings:
    """Give the settings with `changes` by name, those of a charger made at `chargers`.

    Raises ServiceValidationError for an unknown name, a value out of bounds, or settings that
    exclude each other.
    """
    for name in changes.keys() - SITE_NAMES - CHARGER_NAMES:
        raise _bad(name, changes[name])
    own = {key: settings.chargers[key] for key in chargers}
    with setting_errors():
        site = check_site(_turned(settings.site, SITE_KNOBS, changes))
        tried = {
            key: check_charger(_turned(charger, CHARGER_KNOBS, changes))
            for key, charger in own.items()
        }
    return replace(settings, site=site, chargers={**settings.chargers, **tried})


def _turned[T: Section](section: T, knobs: Iterable[Knob], changes: Mapping[str, object]) -> T:
    values = {}
    for knob in knobs:
        if knob.key not in changes:
            continue
        value = knob.parse(changes[knob.key], section)
        if value is None:
            raise _bad(knob.key, changes[knob.key])
        values[knob.field] = value
    return replace(section, **values)


def _bad(name: str, value: object) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="bad_setting",
        translation_placeholders={"name": name, "value": str(value)},
    )


def describe(before: Settings, after: Settings) -> list[dict[str, Any]]:
    """Name what differs, as the entities show it."""
    found = _differences(SITE_KNOBS, before.site, after.site)
    for key, charger in after.chargers.items():
        found += [
            {**one, "charger": key}
            for one in _differences(CHARGER_KNOBS, before.chargers[key], charger)
        ]
    return found


def _differences(knobs: Iterable[Knob], before: Section, after: Section) -> list[dict[str, Any]]:
    return [
        {"name": knob.key, "before": knob.value_of(before), "after": knob.value_of(after)}
        for knob in knobs
        if knob.value_of(before) != knob.value_of(after)
    ]


def as_they_were(
    settings: Settings,
    tracks: Mapping[tuple[str | None, str], Track[str]],
    start_s: float,
) -> list[tuple[float, Settings]]:
    """Give the recorded settings with the time from which on they held.

    `tracks` holds the states of our entities by charger (None = the site) and key. What was not recorded
    is taken as it is now, in `settings`.
    """
    told = [
        (max(at_s, start_s), charger, knob, text)
        for charger, knob in _knobs(settings)
        for at_s, text in tracks.get((charger, knob.key), ())
        if text is not None
    ]
    timeline = [(start_s, settings)]
    for at_s, charger, knob, text in sorted(told, key=lambda one: one[0]):
        after = _with_recorded(timeline[-1][1], charger, knob, text)
        if at_s <= timeline[-1][0]:
            timeline[-1] = (timeline[-1][0], after)
        elif after != timeline[-1][1]:
            timeline.append((at_s, after))
    return timeline


def _knobs(settings: Settings) -> list[tuple[str | None, Knob]]:
    site: list[tuple[str | None, Knob]] = [(None, knob) for knob in SITE_KNOBS]
    return site + [(key, knob) for key in settings.chargers for knob in CHARGER_KNOBS]


def _with_recorded(settings: Settings, charger: str | None, knob: Knob, text: str) -> Settings:
    section = settings.site if charger is None else settings.chargers[charger]
    value = knob.read(text, section)
    if value is None:
        return settings
    if charger is None:
        return replace(settings, site=replace(settings.site, **{knob.field: value}))
    own = replace(settings.chargers[charger], **{knob.field: value})
    return replace(settings, chargers={**settings.chargers, charger: own})
