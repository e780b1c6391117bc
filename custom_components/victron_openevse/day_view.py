"""A day of decisions for the page: what was offered and why, on one time axis.

A websocket command of ours instead of the page reading the history itself: entities may have been
renamed or switched off, states must be thinned for a chart and turned into bands with words. Here
that is one query; the page only draws.

Times are seconds since 1970. Series are steps: a value holds until the next point.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, Final

from homeassistant.components.websocket_api import async_register_command
from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.decorators import async_response, websocket_command
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .const import DOMAIN
from .control.replay_record import Track
from .recorder_history import Histories, as_numbers, async_read
from .websocket_errors import async_send_refusal
from .what_if_inputs import find_entities
from .what_if_ways import charger_of, running_site

MOST_POINTS: Final = 600
"""A chart on a phone has no more pixels."""
POINTS_PER_BIN: Final = 4
"""First, lowest, highest and last value of a stretch of time: what a line over it shows."""
MOST_HOURS: Final = 48

SITE_SERIES: Final[Mapping[str, str]] = {
    "pv_w": "pv_power",
    "house_w": "house_power",
    "grid_w": "grid_power",
    "battery_w": "battery_power",
    "surplus_w": "surplus",
    "soc_pct": "battery_soc",
    "reserve_pct": "reserve",
}
CHARGER_SERIES: Final[Mapping[str, str]] = {
    "offered_a": "offered_current",
    "charging_w": "charging_power",
    "charging_a": "charging_current",
}
"""Series and the sensors that they are read from."""
BANDS: Final[Mapping[str, Platform]] = {
    "status": Platform.SENSOR,
    "reason": Platform.SENSOR,
    "mode": Platform.SELECT,
}

DAY_SCHEMA: Final[dict[Any, Any]] = {
    vol.Required("type"): f"{DOMAIN}/day",
    vol.Required("site"): str,
    vol.Required("charger"): str,
    vol.Exclusive("date", "period"): cv.date,
    vol.Exclusive("hours", "period"): vol.All(vol.Coerce(float), vol.Range(min=1, max=MOST_HOURS)),
    vol.Optional("language"): str,
}


@callback
def async_register(hass: HomeAssistant) -> None:
    """Offer the command; anybody who may see the dashboard may use it."""
    async_register_command(hass, day)


@websocket_command(DAY_SCHEMA)
@async_response
async def day(hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]) -> None:
    """Send what was recorded of a charger and its site."""
    language = msg.get("language", hass.config.language)
    try:
        site = running_site(hass, msg["site"]).config_entry.entry_id
        charger = charger_of(running_site(hass, site), msg["charger"])
        start, end = period(msg.get("date"), msg.get("hours"))
        entities = _entities(hass, site, charger)
        histories = await async_read(hass, entities.values(), start, end)
    except HomeAssistantError as error:
        await async_send_refusal(hass, connection, msg["id"], error, language)
        return
    texts = await async_get_translations(hass, language, "entity", [DOMAIN])
    answer = await hass.async_add_executor_job(
        picture, histories, entities, texts, start.timestamp(), end.timestamp()
    )
    connection.send_result(msg["id"], answer)


def period(on: date | None, hours: float | None) -> tuple[datetime, datetime]:
    """Give start and end: a local day, or the last hours; neither = today."""
    now = dt_util.now()
    if hours is not None:
        return now - timedelta(hours=hours), now
    start = dt_util.start_of_local_day(on or now.date())
    return start, dt_util.start_of_local_day(start.date() + timedelta(days=1))


def _entities(hass: HomeAssistant, site: str, charger: str) -> dict[str, str]:
    """Give the entity ids by the names of the answer."""
    found: dict[str, str] = {}
    for owner, series in ((site, SITE_SERIES), (charger, CHARGER_SERIES)):
        own = find_entities(hass, owner, dict.fromkeys(series.values(), Platform.SENSOR))
        found |= {name: own[key] for name, key in series.items() if key in own}
    return found | find_entities(hass, charger, BANDS)


def picture(
    histories: Histories,
    entities: Mapping[str, str],
    texts: Mapping[str, str],
    start_s: float,
    end_s: float,
) -> dict[str, Any]:
    """Give the answer, thinned."""
    now_s = min(end_s, dt_util.utcnow().timestamp())
    series = {
        name: thin(as_numbers(_track(histories, entities, name)), start_s, end_s)
        for name in (*CHARGER_SERIES, *SITE_SERIES)
    }
    spans = {
        name: bands(
            _track(histories, entities, name), start_s, now_s, (end_s - start_s) / MOST_POINTS
        )
        for name in BANDS
    }
    worded = {
        name: [
            {"start": from_s, "end": to_s, "code": code, "words": _words(texts, name, code)}
            for from_s, to_s, code in found
        ]
        for name, found in spans.items()
    }
    return {
        "start": start_s,
        "end": end_s,
        "series": series,
        "bands": {"status": worded["status"], "reason": worded["reason"]},
        "mode": worded["mode"],
        "missing": [name for name, points in series.items() if not points],
    }


def _track(histories: Histories, entities: Mapping[str, str], name: str) -> Track[str]:
    entity_id = entities.get(name)
    return () if entity_id is None else histories.get(entity_id, ())


def thin(track: Track[float], start_s: float, end_s: float) -> list[tuple[float, float | None]]:
    """Keep at most `MOST_POINTS` points, and with them every peak."""
    points = [(at_s, value) for at_s, value in track if start_s <= at_s < end_s]
    if len(points) <= MOST_POINTS:
        return points
    bin_s = (end_s - start_s) / (MOST_POINTS // POINTS_PER_BIN)
    kept: list[tuple[float, float | None]] = []
    for _, group in groupby(points, lambda point: int((point[0] - start_s) // bin_s)):
        kept += _outline(list(group))
    return kept


def _outline(points: list[tuple[float, float | None]]) -> list[tuple[float, float | None]]:
    """First, lowest, highest and last point, in order of time."""
    known = [(value, at_s) for at_s, value in points if value is not None]
    marked = {points[0], points[-1]}
    if known:
        marked |= {(at_s, value) for value, at_s in (min(known), max(known))}
    return sorted(marked, key=lambda point: point[0])


type Band = tuple[float, float, str]
"""Start, end and state."""


def bands(track: Track[str], start_s: float, end_s: float, least_s: float) -> list[Band]:
    """Give stretches of the same state.

    What is shorter than `least_s` joins what was before. Where states change faster than that for
    longer, each stretch of about that length shows the state that lasted longest in it. The present is
    always shown as it is.
    """
    found: list[Band] = []
    crowd: list[Band] = []
    spans = _spans(track, start_s, end_s)
    for span in spans:
        alone = span[1] - span[0] >= least_s or span is spans[-1]
        if crowd and (alone or crowd[0][0] + least_s <= span[0] or crowd[-1][1] < span[0]):
            _add(found, crowd, least_s)
            crowd = []
        if alone:
            found.append(span)
        else:
            crowd.append(span)
    return _joined(found)


def _spans(track: Track[str], start_s: float, end_s: float) -> list[Band]:
    """Every state with its time within the period; gaps stay gaps."""
    ends_s = [*(at_s for at_s, _ in track[1:]), end_s]
    spans = [
        (max(at_s, start_s), min(to_s, end_s), code)
        for (at_s, code), to_s in zip(track, ends_s, strict=False)
        if code is not None and min(to_s, end_s) > max(at_s, start_s)
    ]
    return _joined(spans)


def _add(found: list[Band], crowd: list[Band], least_s: float) -> None:
    """Add one band for states that each are too short to be seen."""
    from_s, to_s = crowd[0][0], crowd[-1][1]
    if to_s - from_s < least_s and found and found[-1][1] == from_s:
        found[-1] = found[-1][0], to_s, found[-1][2]
        return
    lasted_s: dict[str, float] = {}
    for began_s, ended_s, code in crowd:
        lasted_s[code] = lasted_s.get(code, 0.0) + ended_s - began_s
    found.append((from_s, to_s, max(lasted_s, key=lambda code: lasted_s[code])))


def _joined(spans: list[Band]) -> list[Band]:
    """Join neighbours of the same state."""
    found: list[Band] = []
    for from_s, to_s, code in spans:
        if found and found[-1][1] == from_s and found[-1][2] == code:
            found[-1] = found[-1][0], to_s, code
        else:
            found.append((from_s, to_s, code))
    return found


def _words(texts: Mapping[str, str], name: str, code: str) -> str:
    key = f"component.{DOMAIN}.entity.{BANDS[name]}.{name}.state.{code}"
    return texts.get(key, code)
