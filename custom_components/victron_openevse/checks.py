"""The commissioning checks of a site: what the last one of each charger found.

The law does the steps and judges (`control/commissioning`); here its answers are kept, with the time, over
restarts. A check that runs when Home Assistant stops is found again as interrupted. What was found while
site or charger were read from elsewhere, or with another sign, says nothing any more and is forgotten.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
import sys
from types import MappingProxyType
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.helpers.json import json_bytes_sorted
from homeassistant.util import dt as dt_util

from .const import CHARGER, CONF_BASE_TOPIC, CONF_ENTITIES, CONF_PORTAL_ID, CONF_SOURCE
from .control.change import replace
from .control.commissioning_record import (
    Check,
    CheckEnd,
    Finding,
    FindingCode,
    Judgement,
    Outcome,
    Verdict,
)
from .control.memory import ChargerMemory
from .entity_roles import CONF_BATTERY_SIGN, CONF_GRID_SIGN
from .settings import BOUNDS, PHASES

RUNNING: Final = "running"
NOT_RUN: Final = "not_run"
STATES: Final = (NOT_RUN, RUNNING, *Verdict)
"""What can be said of a charger's check."""

DECIMALS: Final = 1
"""Watts and seconds as a person reads them."""

PROPOSALS: Final = frozenset({"phases", "grid_phase"})
"""Settings that a check may propose."""

RESTARTED: Final = Outcome(verdict=Verdict.INTERRUPTED, ended_by=CheckEnd.GAP)

WIRING: Final = (
    CONF_SOURCE,
    CONF_PORTAL_ID,
    CONF_BASE_TOPIC,
    CONF_ENTITIES,
    CONF_GRID_SIGN,
    CONF_BATTERY_SIGN,
)
"""What site and charger are read from; addresses and passwords change without changing a reading."""

LATEST: Final = 253_402_300_799.0
"""The last second of the year 9999, Unix time, s: no later one can be shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """The last check of one charger."""

    at: float
    """When it began or, once it is over, ended: Unix time, s, 0 to `LATEST`."""
    outcome: Outcome | None = None
    """None = it runs."""
    wiring: str = ""
    """What was read then, as `wirings` tells it."""

    @property
    def state(self) -> str:
        """One of `STATES`."""
        return RUNNING if self.outcome is None else self.outcome.verdict

    def dump(self) -> dict[str, Any]:
        """Give it as JSON-able data."""
        outcome = None if self.outcome is None else _dump(self.outcome)
        return {"at": self.at, "outcome": outcome, "wiring": self.wiring}


def wirings(entry: ConfigEntry) -> dict[str, str]:
    """Give a mark of what is read, by charger: another one when site or charger are read differently."""
    return {
        charger.subentry_id: _mark([_wiring(entry.data), _wiring(charger.data)])
        for charger in entry.get_subentries_of_type(CHARGER)
    }


def _wiring(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: data[key] for key in WIRING if key in data}


def _mark(read: object) -> str:
    return sha256(json_bytes_sorted(read)).hexdigest()


class Checks:
    """The last check of each charger of a site; `read_now` are its `wirings`."""

    def __init__(self, read_now: Mapping[str, str] = MappingProxyType({})) -> None:
        self._wirings = read_now
        self._results: Mapping[str, CheckResult] = {}

    @property
    def results(self) -> Mapping[str, CheckResult]:
        """By charger; those that were never checked are not in it."""
        return self._results

    def restore(self, results: Mapping[str, CheckResult]) -> None:
        """Take over what was stored and still holds; nobody steers a check that ran then."""
        self._results = {
            key: replace(result, outcome=result.outcome or RESTARTED)
            for key, result in results.items()
            if result.wiring == self._wirings.get(key, "")
        }

    def state(self, charger_id: str) -> str:
        """Say how it stands with a charger's check."""
        result = self._results.get(charger_id)
        return NOT_RUN if result is None else result.state

    def findings(self, charger_id: str) -> tuple[Finding, ...]:
        """Give what the last check found that is over."""
        result = self._results.get(charger_id)
        return () if result is None or result.outcome is None else result.outcome.findings

    def follow(
        self, before: Mapping[str, ChargerMemory], after: Mapping[str, ChargerMemory], now: float
    ) -> None:
        """Note what one decision did with the checks; `now` is Unix time, s."""
        for charger_id, memory in after.items():
            earlier = before.get(charger_id, ChargerMemory()).check
            news = _news(earlier, memory.check, now)
            if news is not None:
                wired = replace(news, wiring=self._wirings.get(charger_id, ""))
                self._results = {**self._results, charger_id: wired}


def _news(before: Check, after: Check, now: float) -> CheckResult | None:
    if after.outcome is not None and after.outcome is not before.outcome:
        return CheckResult(at=now, outcome=after.outcome)
    begun = after.running and (not before.running or after.serial != before.serial)
    return CheckResult(at=now) if begun else None


def attributes(result: CheckResult | None) -> dict[str, Any]:
    """Give a result as attributes of an entity; numbers as a person reads them."""
    if result is None or result.outcome is None:
        return {}
    data = {"at": dt_util.utc_from_timestamp(result.at).isoformat(), **_dump(result.outcome)}
    for item in data["findings"]:
        item["numbers"] = _rounded(item["numbers"])
    data["figures"] = _rounded(data["figures"])
    del data["verdict"]
    return data


def _rounded(numbers: Mapping[str, float]) -> dict[str, float]:
    return {key: round(value, DECIMALS) for key, value in numbers.items()}


def _dump(outcome: Outcome) -> dict[str, Any]:
    return {
        "verdict": str(outcome.verdict),
        "ended_by": None if outcome.ended_by is None else str(outcome.ended_by),
        "findings": [
            {
                "code": str(item.code),
                "numbers": dict(item.numbers),
                "setting": item.setting,
                "value": item.value,
            }
            for item in outcome.findings
        ],
        "figures": dict(outcome.figures),
        "unjudged": [str(item) for item in outcome.unjudged],
    }


def dump(results: Mapping[str, CheckResult]) -> dict[str, Any]:
    """Give all results as JSON-able data."""
    return {charger_id: result.dump() for charger_id, result in results.items()}


def load(data: object, charger_ids: Iterable[str]) -> dict[str, CheckResult]:
    """Read stored results; what is damaged or of an unknown charger is left out."""
    stored = data if isinstance(data, Mapping) else {}
    loaded = {charger_id: _load(stored.get(charger_id)) for charger_id in charger_ids}
    return {charger_id: result for charger_id, result in loaded.items() if result is not None}


def _load(data: object) -> CheckResult | None:
    if not isinstance(data, Mapping) or not _is_time(data.get("at")):
        return None
    result = CheckResult(at=float(data["at"]), wiring=str(data.get("wiring", "")))
    if data.get("outcome") is None:
        return result
    outcome = _outcome(data["outcome"])
    return None if outcome is None else replace(result, outcome=outcome)


def _outcome(data: object) -> Outcome | None:
    verdict = _member(Verdict, data.get("verdict")) if isinstance(data, Mapping) else None
    if not isinstance(data, Mapping) or verdict is None:
        return None
    return Outcome(
        verdict=verdict,
        ended_by=_member(CheckEnd, data.get("ended_by")),
        findings=tuple(_findings(data.get("findings"))),
        figures=_numbers(data.get("figures")),
        unjudged=tuple(
            found
            for item in _items(data.get("unjudged"))
            if (found := _member(Judgement, item)) is not None
        ),
    )


def _findings(data: object) -> Iterator[Finding]:
    for item in _items(data):
        code = _member(FindingCode, item.get("code")) if isinstance(item, Mapping) else None
        if code is None:
            continue
        setting, value = item.get("setting"), item.get("value")
        sound = _is_proposal(setting, value)
        yield Finding(
            code=code,
            numbers=_numbers(item.get("numbers")),
            setting=setting if sound else None,
            value=value if sound else None,
        )


def _is_proposal(setting: object, value: object) -> bool:
    """Tell whether a stored proposal is one that may be applied."""
    if not isinstance(setting, str) or setting not in PROPOSALS or type(value) is not int:
        return False
    return value in PHASES if setting == "phases" else BOUNDS["grid_phase"].allow(value)


def _items(data: object) -> list[Any]:
    return data if isinstance(data, list) else []


def _numbers(data: object) -> dict[str, float]:
    if not isinstance(data, Mapping):
        return {}
    return {str(key): float(value) for key, value in data.items() if _is_number(value)}


def _is_time(value: object) -> bool:
    return _is_number(value) and isinstance(value, int | float) and 0.0 <= value <= LATEST


def _is_number(value: object) -> bool:
    """Tell whether it is a number that a float holds; a whole number may be too large for one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -sys.float_info.max <= value <= sys.float_info.max


def _member[T: StrEnum](kind: type[T], value: object) -> T | None:
    return next((member for member in kind if member == value), None)
