"""What if: replays recorded days with other settings and tells the difference.

The recorder's threads read the history, another thread replays it; the event loop only waits. One
replay at a time in the whole of Home Assistant: each takes a core for seconds.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .control.model import Settings
from .control.replay import Outcome, replay
from .control.replay_record import OPEN_APPETITE_KWH, SLOT_S, Record, slot_means
from .control.replay_sums import Worth, worth_of
from .coordinator import SiteCoordinator
from .explain import async_texts, fill
from .recorded_days import Known, Tracks, hours_on, make_record
from .recorded_settings import as_rule, as_they_were, changed, describe
from .what_if_inputs import async_tracks, what_is_known
from .what_if_result import (
    Answer,
    coarseness,
    minus,
    of_car,
    of_days,
    of_record,
    of_recorded_car,
    of_site,
    rounded,
)

MOST_DAYS: Final = 14
"""The recorder keeps ten by default; a longer replay would take too long."""
USUAL_DAYS: Final = 7
"""A week has workdays and a weekend."""

WORTH_TELLING_H: Final = 0.5
"""Gaps and held-back sun shorter than this change nothing."""

S_PER_H: Final = 3600.0
SLOTS_PER_H: Final = round(S_PER_H / SLOT_S)

RUNNING: Final[HassKey[bool]] = HassKey(f"{DOMAIN}_what_if")
"""Set while a replay runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of the recorded days of one site."""

    coordinator: SiteCoordinator
    chargers: Sequence[str]
    """Whose settings are changed."""
    days: int = USUAL_DAYS
    """Whole days before today, and today so far."""
    changes: Mapping[str, object]
    """Settings by the names of our entities, in their units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Material:
    """Everything the replaying thread works on."""

    known: Known
    tracks: Tracks
    tried: Settings
    titles: Mapping[str, str]


async def async_what_if(hass: HomeAssistant, question: Question, language: str) -> dict[str, Any]:
    """Answer a question, sentences in `language`.

    Raises HomeAssistantError: settings that make no sense, no recorder, an entity that is needed
    switched off, nothing recorded, or another replay running.
    """
    present = as_rule(question.coordinator.settings)
    tried = changed(present, question.changes, question.chargers)
    if hass.data.get(RUNNING):
        raise _refused(translation_key="busy")
    hass.data[RUNNING] = True
    try:
        return await _async_answer(hass, question, present, tried, language)
    finally:
        hass.data[RUNNING] = False


async def _async_answer(
    hass: HomeAssistant, question: Question, present: Settings, tried: Settings, language: str
) -> dict[str, Any]:
    began_s, now = monotonic(), dt_util.now()
    start = dt_util.start_of_local_day(now.date() - timedelta(days=question.days))
    coordinator = question.coordinator
    # A charger may be removed meanwhile: the days recorded with it are told all the same.
    titles = {key: coordinator.config_entry.subentries[key].title for key in present.chargers}
    tracks = await async_tracks(hass, coordinator, start, now)
    material = _Material(
        known=what_is_known(hass, coordinator, present, start),
        tracks=tracks,
        tried=tried,
        titles=titles,
    )
    answer = await hass.async_add_executor_job(_answer, material)
    if answer is None:
        raise _refused(translation_key="no_history")
    texts = await async_texts(hass, language)
    answer["notes"] = [
        {"code": code, "sentence": fill(_text(texts, code), numbers, language)}
        for code, numbers in answer["notes"]
    ]
    whole: dict[str, Any] = rounded(
        {
            "days_asked": question.days,
            "currency": hass.config.currency,
            "changes": describe(present, tried),
            **answer,
            "took_s": monotonic() - began_s,
        }
    )
    return whole


def _text(texts: Mapping[str, str], code: str) -> str:
    return texts.get(f"component.{DOMAIN}.common.what_if_{code}", code)


def _refused(*, translation_key: str) -> HomeAssistantError:
    return HomeAssistantError(translation_domain=DOMAIN, translation_key=translation_key)


def _answer(material: _Material) -> dict[str, Any] | None:
    """Replay, in a thread of its own; None where nothing was recorded."""
    record = make_record(material.known, material.tracks)
    if record is None:
        return None
    settings, tracks = material.known.settings, material.tracks
    runs = _Runs(present=replay(record, settings), tried=replay(record, material.tried))
    timeline = as_they_were(settings, tracks.texts, record.start_s)
    recorded = of_record(record, tracks, list(record.cars), record.start_s, record.end_s)
    return {
        "from": _local(record.start_s),
        "to": _local(record.end_s),
        "days_found": len(record.days),
        **_sums(record, runs),
        "recorded": recorded,
        "chargers": [
            _charger(key, material.titles[key], record, tracks, runs) for key in settings.chargers
        ],
        "days": of_days(record, tracks, _worth(record), runs.present, runs.tried),
        "coarseness": _coarseness(record, recorded, runs.present, settings, timeline),
        "notes": list(_notes(material, record, runs.present, timeline)),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Runs:
    """Two replays of the same record."""

    present: Outcome
    tried: Outcome


def _worth(record: Record) -> Worth | None:
    return worth_of(record.import_price, SLOTS_PER_H)


def _sums(record: Record, runs: _Runs) -> dict[str, Any]:
    worth = _worth(record)
    before, after = of_site(runs.present.total, worth), of_site(runs.tried.total, worth)
    return {"present": before, "changed": after, "difference": minus(after, before)}


def _charger(
    charger: str, title: str, record: Record, tracks: Tracks, runs: _Runs
) -> dict[str, Any]:
    before, after = (of_car(run.total.cars[charger]) for run in (runs.present, runs.tried))
    return {
        "charger": charger,
        "title": title,
        "present": before,
        "changed": after,
        "difference": minus(after, before),
        "recorded": of_recorded_car(tracks, charger, record.start_s, record.end_s),
    }


def _coarseness(
    record: Record,
    recorded: Answer,
    present: Outcome,
    settings: Settings,
    timeline: Sequence[tuple[float, Settings]],
) -> Answer | None:
    """Judge the model by a replay with the settings as they were; None where nobody steered."""
    if any(one.site.shadow for _, one in timeline):
        return None
    as_now = [one for _, one in timeline] == [settings]
    return coarseness(present if as_now else replay(record, timeline), recorded, record)


def _notes(
    material: _Material,
    record: Record,
    present: Outcome,
    timeline: Sequence[tuple[float, Settings]],
) -> Iterator[tuple[str, Mapping[str, float]]]:
    """What a reader has to know: codes and numbers."""
    tracks = material.tracks
    held_h = hours_on(tracks.flag(None, "pv_curtailed"), record.start_s, record.end_s)
    if held_h >= WORTH_TELLING_H:
        yield "pv_was_held_back", {"held_h": held_h}
    gap_h = (record.end_s - record.start_s - present.total.known_s) / S_PER_H
    if gap_h >= WORTH_TELLING_H:
        yield "gap", {"gap_h": gap_h}
    hungry = sum(stay.hungry for car in record.cars.values() for stay in car.stays)
    if hungry:
        yield "hungry", {"stays": float(hungry), "most_kwh": OPEN_APPETITE_KWH}
    told = slot_means(tracks.import_price, record.start_s, len(record.pv_w))
    if record.import_price and told.count(None) > len(told) / 2:
        yield "one_price", {}
    if any(one.site.shadow for _, one in timeline):
        yield "shadow", {}
    elif len(timeline) > 1:
        yield "settings_changed", {"changes": float(len(timeline) - 1)}


def _local(at_s: float) -> str:
    return dt_util.as_local(dt_util.utc_from_timestamp(at_s)).isoformat()
