"""The owner's settings: their bounds, how they are stored and what makes no sense.

The law's dataclasses hold the values and defaults; here is what a person may choose. Stored data is
never trusted: an unknown key is dropped, a bad value becomes its default.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from math import isfinite
from types import MappingProxyType
from typing import Any, Final

from .control.model import (
    MAX_CURRENT_A,
    MIN_CURRENT_A,
    ChargerSettings,
    Mode,
    Settings,
    SiteSettings,
    Temporary,
)
from .control.room_dealing import RESTART_A

PHASES: Final = (1, 3)

GRID_PHASES: Final = (0, 1, 2, 3)
"""0 = not known."""

NOT_STORED: Final = frozenset({"temporary", "check_serial"})
"""Fields of a charger that are kept apart, or not at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a number may be, in the unit of its field."""

    low: float
    high: float
    step: float = 1.0

    def allow(self, value: float) -> bool:
        """Tell whether `value` is inside."""
        return isfinite(value) and self.low <= value <= self.high


_CURRENT: Final = Bounds(low=MIN_CURRENT_A, high=MAX_CURRENT_A)
_SITE_POWER: Final = Bounds(low=0.0, high=100_000.0, step=100.0)
_LEVEL: Final = Bounds(low=0.0, high=100.0)
# Below a minute a contactor wears out, above an hour the sun is gone before the car notices.
_DWELL: Final = Bounds(low=60.0, high=3600.0, step=60.0)

BOUNDS: Final[Mapping[str, Bounds]] = MappingProxyType(
    {
        "night_reserve_pct": _LEVEL,
        "reserve_floor_pct": _LEVEL,
        "resume_soc_pct": _LEVEL,
        "base_load_w": Bounds(low=0.0, high=5000.0, step=10.0),
        "battery_capacity_kwh": Bounds(low=0.5, high=500.0, step=0.1),
        "min_on_s": _DWELL,
        "min_off_s": _DWELL,
        "nominal_voltage_v": Bounds(low=100.0, high=277.0),
        "solar_min_current_a": _CURRENT,
        "solar_max_current_a": _CURRENT,
        "medium_current_a": _CURRENT,
        "fast_current_a": _CURRENT,
        "circuit_current_a": _CURRENT,
        "phases": Bounds(low=min(PHASES), high=max(PHASES), step=max(PHASES) - min(PHASES)),
        "order": Bounds(low=1, high=16),
        "grid_phase": Bounds(low=min(GRID_PHASES), high=max(GRID_PHASES)),
        # A contactor lasts some ten thousand closings: 50 a day would be a year or two.
        "daily_closings": Bounds(low=1, high=50),
        "grid_limit_a": Bounds(low=0.0, high=250.0),
        "battery_limit_w": _SITE_POWER,
        "inverter_limit_w": _SITE_POWER,
        # More than any car's battery holds.
        "session_limit_kwh": Bounds(low=0.0, high=200.0, step=0.1),
        # Nobody stops a car below 10 %.
        "target_soc_pct": Bounds(low=10.0, high=100.0),
    }
)

TEMPORARY_BOUNDS: Final[Mapping[str, Bounds]] = MappingProxyType(
    {
        "current_a": _CURRENT,
        # A week: what is to last longer is no longer temporary.
        "duration_s": Bounds(low=1.0, high=7 * 86_400.0),
        "energy_kwh": Bounds(low=0.1, high=200.0, step=0.1),
        "target_soc_pct": Bounds(low=10.0, high=100.0),
    }
)
"""What ends or shapes a temporary mode, where it is given."""

_WAYS_OUT: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "solar_currents_crossed": {
            "solar_min_current_a": ChargerSettings().solar_min_current_a,
            "solar_max_current_a": ChargerSettings().solar_max_current_a,
        },
        "resume_below_floor": {
            "resume_soc_pct": SiteSettings().resume_soc_pct,
            "reserve_floor_pct": SiteSettings().reserve_floor_pct,
        },
        # Whoever had a limit is to have one.
        "grid_limit_too_small": {"grid_limit_a": RESTART_A},
    }
)
"""What takes the place of stored settings that exclude each other, by the rule they break."""

type Section = SiteSettings | ChargerSettings


class ContradictionError(ValueError):
    """Settings that exclude each other; `key` names the rule, `numbers` its values."""

    def __init__(self, key: str, **numbers: float) -> None:
        super().__init__(key)
        self.key = key
        self.numbers = numbers


def check_charger(settings: ChargerSettings) -> ChargerSettings:
    """Return `settings`, or raise ContradictionError when they exclude each other."""
    if settings.solar_min_current_a > settings.solar_max_current_a:
        raise ContradictionError(
            "solar_currents_crossed",
            minimum=settings.solar_min_current_a,
            maximum=settings.solar_max_current_a,
        )
    return settings


def check_site(settings: SiteSettings) -> SiteSettings:
    """Return `settings`, or raise ContradictionError when they exclude each other."""
    if settings.resume_soc_pct < settings.reserve_floor_pct:
        raise ContradictionError(
            "resume_below_floor",
            resume=settings.resume_soc_pct,
            floor=settings.reserve_floor_pct,
        )
    if 0.0 < settings.grid_limit_a < RESTART_A:
        raise ContradictionError("grid_limit_too_small", least=RESTART_A)
    return settings


def dump(settings: Settings) -> dict[str, Any]:
    """Give all settings as JSON-able data."""
    return {
        "site": asdict(settings.site),
        "chargers": {key: asdict(charger) for key, charger in settings.chargers.items()},
    }


def load(data: object, charger_ids: Iterable[str]) -> tuple[Settings, tuple[str, ...]]:
    """Rebuild settings for `charger_ids` from `dump`'s data.

    Also names what was stored but cannot be used; its default stands instead. Chargers that are
    not (any more) there are dropped.
    """
    stored = data if isinstance(data, Mapping) else {}
    chargers = stored.get("chargers")
    by_id: Mapping[str, object] = chargers if isinstance(chargers, Mapping) else {}
    site, rejected = _load_section(SiteSettings(), stored.get("site"))
    loaded: dict[str, ChargerSettings] = {}
    for charger_id in charger_ids:
        own, bad = _load_section(ChargerSettings(), by_id.get(charger_id))
        temporary, worse = _load_temporary(by_id.get(charger_id))
        loaded[charger_id] = replace(own, temporary=temporary)
        rejected += bad + worse
    for charger_id, charger in loaded.items():
        loaded[charger_id], crossed = _uncrossed(charger)
        rejected += crossed
    site, crossed = _uncrossed(site)
    return Settings(site=site, chargers=loaded), rejected + crossed


def _uncrossed[T: Section](settings: T) -> tuple[T, tuple[str, ...]]:
    """Put right those of the stored settings that exclude each other; names them, too."""
    names: tuple[str, ...] = ()
    while (contradiction := _contradiction(settings)) is not None:
        way_out = _WAYS_OUT[contradiction]
        settings = replace(settings, **way_out)
        names += tuple(way_out)
    return settings, names


def _contradiction(settings: Section) -> str | None:
    try:
        if isinstance(settings, ChargerSettings):
            check_charger(settings)
        else:
            check_site(settings)
    except ContradictionError as error:
        return error.key
    return None


def _load_section[T: Section](defaults: T, data: object) -> tuple[T, tuple[str, ...]]:
    if not isinstance(data, Mapping):
        return defaults, ()
    values: dict[str, Any] = {}
    rejected: list[str] = []
    for field in fields(defaults):
        if field.name not in data or field.name in NOT_STORED:
            continue
        value = fit(field.name, getattr(defaults, field.name), data[field.name])
        if value is None:
            rejected.append(field.name)
        else:
            values[field.name] = value
    return replace(defaults, **values), tuple(rejected)


def _load_temporary(charger: object) -> tuple[Temporary | None, tuple[str, ...]]:
    """Read a temporary mode; one that is damaged anywhere would not be what was asked for."""
    data = charger.get("temporary") if isinstance(charger, Mapping) else None
    if data is None:
        return None, ()
    if not isinstance(data, Mapping) or not _is_sound(data):
        return None, ("temporary",)
    names = {field.name for field in fields(Temporary)}
    values = {name: value for name, value in data.items() if name in names}
    return Temporary(**values | {"mode": Mode(data["mode"])}), ()


def _is_sound(data: Mapping[str, Any]) -> bool:
    """Tell whether every part of a stored temporary mode is of its type and within its bounds."""
    typed = isinstance(data.get("boost"), bool) and type(data.get("serial")) is int
    named = any(mode == data.get("mode") for mode in Mode)
    return typed and named and all(_allowed(name, data.get(name)) for name in TEMPORARY_BOUNDS)


def _allowed(name: str, value: object) -> bool:
    """Tell whether a part of a temporary mode is absent or within its bounds."""
    if value is None:
        return True
    if isinstance(value, bool) or not isinstance(
        value, int if name == "current_a" else int | float
    ):
        return False
    return TEMPORARY_BOUNDS[name].allow(value)


def fit(name: str, default: object, value: object) -> StrEnum | bool | float | None:
    """Return `value` in the type of `default` when it is allowed for the setting `name`, else None."""
    if isinstance(default, StrEnum):
        return next((member for member in type(default) if member == value), None)
    if isinstance(default, bool):
        return value if isinstance(value, bool) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not BOUNDS[name].allow(value) or (name == "phases" and value not in PHASES):
        return None
    return int(value) if isinstance(default, int) else float(value)
