"""Raises a repair issue for what a person has to look at, and takes it back when it is over.

An issue is raised when its cause has lasted, and taken back only when the cause has been away for a
while. Each check compares what is with what was raised, so that an issue which a person called fixed
comes back if it was not. What its text fills in is renewed when it changes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from .checks import Checks
from .const import DOMAIN
from .control.commissioning_record import Finding, FindingCode
from .control.model import BatteryGuard, Decision, Priority, Readings, Settings, Status
from .control.reasons import ReasonCode
from .control.signs import Suspect
from .debts import active_chargers
from .lasting import Lasting
from .names import CHARGER_ENTITIES, INPUTS, OTHERS, READINGS, SITE_ENTITIES, name_all
from .optional_inputs import OptionalInputs
from .owners import OWN_LIMIT, UNKNOWN, look_for_owners
from .quarrels import QUARRELS, Quarrel, Signs
from .sources import ChargerAdapter, SiteAdapter, missing_entities

CHECK_S: Final = 10.0
"""Causes last for minutes: looking more often finds nothing more."""

HELP_URL: Final = (
    "https://github.com/victron-openevse/victron-openevse/blob/main/docs/troubleshooting.md"
)

RECONFIGURE: Final = "reconfigure"
OPTIONS: Final = "options"
APPLY: Final = "apply"
"""No dialogue of the site: one confirmation applies what a commissioning check proposes."""

MINUTE_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What is common to all issues with the same words."""

    raise_after_s: float = 0.0
    clear_after_s: float = 0.0
    fix: str | None = None
    """The dialogue that helps: of the site, or of the charger where it is about one."""
    error: bool = False
    """Whether something does not work, rather than not well."""


KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        # A GX that restarts after an update is away for three minutes.
        "site_stale": Kind(
            raise_after_s=10 * MINUTE_S, clear_after_s=MINUTE_S, fix=RECONFIGURE, error=True
        ),
        # Chargers are switched off with the carport's fuse for an evening's work.
        "charger_offline": Kind(
            raise_after_s=60 * MINUTE_S, clear_after_s=MINUTE_S, fix=RECONFIGURE
        ),
        "charger_contested": Kind(),
        # A mode somebody tried for a while.
        "charger_own_control": Kind(raise_after_s=10 * MINUTE_S, clear_after_s=MINUTE_S),
        "safe_state_impossible": Kind(raise_after_s=10 * MINUTE_S, clear_after_s=MINUTE_S),
        "safe_state_own_limit": Kind(raise_after_s=10 * MINUTE_S, clear_after_s=MINUTE_S),
        "wrong_sign_grid": Kind(fix=RECONFIGURE, error=True),
        "wrong_sign_battery": Kind(fix=RECONFIGURE, error=True),
        # Integrations take minutes to set up their entities after a start.
        "entity_missing": Kind(
            raise_after_s=10 * MINUTE_S, clear_after_s=MINUTE_S, fix=RECONFIGURE, error=True
        ),
        "input_missing": Kind(raise_after_s=10 * MINUTE_S, clear_after_s=MINUTE_S, fix=OPTIONS),
        "prices_missing": Kind(fix=OPTIONS),
        # One car's start is no proof; two nights of fast charging are.
        "guard_ignored": Kind(raise_after_s=5 * MINUTE_S, clear_after_s=10 * MINUTE_S),
        "broker_missing": Kind(error=True),
        # Raised and taken back by `law_watch`: nobody comes by here while nothing is decided.
        "law_failed": Kind(error=True),
        "charger_not_seen": Kind(error=True),
        "not_in_consumption": Kind(),
        "charger_power_differs": Kind(),
        "slow_meters": Kind(),
        "grid_phase_differs": Kind(fix=APPLY),
        "phases_differ": Kind(fix=APPLY),
        # Read in the morning, it says what happened the day before.
        "closings_used_up": Kind(raise_after_s=MINUTE_S, clear_after_s=12 * 60 * MINUTE_S),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One trouble as it is now."""

    kind: str
    charger_id: str | None = None
    """None = it is about the site."""
    words: Mapping[str, str] = field(default_factory=dict)
    """What the text of the issue fills in, besides the name."""
    setting: str | None = None
    """The setting of the charger that is proposed to be another."""
    value: int | None = None
    """What is proposed for it."""


class Issues:
    """The issues of one site and its chargers."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        site: SiteAdapter,
        chargers: Mapping[str, ChargerAdapter],
        inputs: OptionalInputs,
        checks: Checks,
    ) -> None:
        self._hass = hass
        self._entry = entry
        self._site = site
        self._chargers = chargers
        self._inputs = inputs
        self._checks = checks
        self._signs = Signs()
        self._quarrels = {charger_id: Quarrel() for charger_id in chargers}
        self._lasting: dict[tuple[str, str | None], Lasting] = {}
        self._checked_at_s: float | None = None

    def follow(
        self, settings: Settings, readings: Readings, decision: Decision, now_s: float
    ) -> None:
        """Take each decision; now and then raise and clear what follows from them."""
        self._signs.follow(readings, now_s)
        for charger_id, quarrel in self._quarrels.items():
            answer = decision.chargers.get(charger_id)
            quarrel.follow(None if answer is None else answer.status, now_s)
        if self._checked_at_s is None or now_s - self._checked_at_s >= CHECK_S:
            self._checked_at_s = now_s
            troubles = [*self._of_site(settings, decision), *self._of_chargers(decision, now_s)]
            troubles += self._of_owners(settings)
            self._check([*troubles, *_of_checks(self._checks, settings)])

    def _of_site(self, settings: Settings, decision: Decision) -> Iterator[Found]:
        if decision.site.missing:
            yield self._missing("site_stale", READINGS, decision.site.missing)
        if gone := missing_entities(self._site):
            yield self._missing("entity_missing", SITE_ENTITIES, gone)
        if gone := self._inputs.missing():
            yield self._missing("input_missing", INPUTS, gone)
        if settings.site.priority is Priority.PRICES and not self._inputs.has_prices:
            yield Found(kind="prices_missing")
        if decision.site.guard is BatteryGuard.IGNORED:
            yield Found(kind="guard_ignored")
        yield from _suspected("wrong_sign_grid", self._signs.grid)
        yield from _suspected("wrong_sign_battery", self._signs.battery)

    def _of_chargers(self, decision: Decision, now_s: float) -> Iterator[Found]:
        for charger_id, charger in self._chargers.items():
            answer = decision.chargers.get(charger_id)
            if answer is not None and answer.status is Status.OFFLINE:
                yield Found(kind="charger_offline", charger_id=charger_id)
            if answer is not None and answer.reason.code is ReasonCode.CLOSINGS_USED_UP:
                yield Found(kind="closings_used_up", charger_id=charger_id)
            if gone := missing_entities(charger):
                yield self._missing("entity_missing", CHARGER_ENTITIES, gone, charger_id)
            if self._quarrels[charger_id].lasts(charger, now_s):
                words = {"times": str(QUARRELS)}
                yield Found(kind="charger_contested", charger_id=charger_id, words=words)

    def _of_owners(self, settings: Settings) -> Iterator[Found]:
        """Find who else steers a charger, and which charger cannot stop when we are gone."""
        owners = look_for_owners(self._site, self._chargers, settings)
        for charger_id, others in owners.at_chargers.items():
            words = {"others": name_all(self._hass, OTHERS, others)}
            yield Found(kind="charger_own_control", charger_id=charger_id, words=words)
        for charger_id, problem in owners.safe_state_problems.items():
            kind = "safe_state_own_limit" if problem == OWN_LIMIT else "safe_state_impossible"
            if problem != UNKNOWN:
                yield Found(kind=kind, charger_id=charger_id)

    def _missing(
        self,
        kind: str,
        places: tuple[str, ...],
        keys: tuple[str, ...],
        charger_id: str | None = None,
    ) -> Found:
        words = {"missing": name_all(self._hass, places, keys)}
        return Found(kind=kind, charger_id=charger_id, words=words)

    def _check(self, troubles: list[Found]) -> None:
        now_s = self._checked_at_s or 0.0
        found = {(item.kind, item.charger_id): item for item in troubles}
        for key in {*found, *self._lasting, *self._raised()}:
            raised = self._is_raised(key)
            lasting = self._lasting.get(key)
            if lasting is None or (lasting.active and not raised):
                # New to us, from before a reload, or called fixed by a person.
                kind = KINDS[key[0]]
                lasting = Lasting(kind.raise_after_s, kind.clear_after_s, active=raised)
                self._lasting[key] = lasting
            counts = lasting.update(now_s, bad=key in found)
            if counts and key in found and self._words_differ(found[key]):
                raise_issue(self._hass, self._entry, found[key])
            elif raised and not counts:
                ir.async_delete_issue(self._hass, DOMAIN, self._id(key))

    def _raised(self) -> set[tuple[str, str | None]]:
        """Give the issues of ours that are there, whoever raised them."""
        subjects = (None, *self._chargers)
        keys = {(kind, subject) for kind in KINDS for subject in subjects}
        return {key for key in keys if self._is_raised(key)}

    def _is_raised(self, key: tuple[str, str | None]) -> bool:
        return ir.async_get(self._hass).async_get_issue(DOMAIN, self._id(key)) is not None

    def _words_differ(self, found: Found) -> bool:
        """Whether an issue says something else than what is now, or is not there at all."""
        issue_id = self._id((found.kind, found.charger_id))
        told = ir.async_get(self._hass).async_get_issue(DOMAIN, issue_id)
        if told is None or told.translation_placeholders != _placeholders(self._entry, found):
            return True
        return told.data != _data(self._entry, found)

    def _id(self, key: tuple[str, str | None]) -> str:
        return _issue_id(key[0], key[1] or self._entry.entry_id)


def raise_issue(hass: HomeAssistant, entry: ConfigEntry, found: Found) -> None:
    """Tell the user of a trouble; one that is told already gets the words of now."""
    kind = KINDS[found.kind]
    ir.async_create_issue(
        hass,
        DOMAIN,
        _issue_id(found.kind, found.charger_id or entry.entry_id),
        data=_data(entry, found),
        is_fixable=kind.fix is not None,
        learn_more_url=HELP_URL,
        severity=ir.IssueSeverity.ERROR if kind.error else ir.IssueSeverity.WARNING,
        translation_key=found.kind,
        translation_placeholders=_placeholders(entry, found),
    )


def _data(entry: ConfigEntry, found: Found) -> dict[str, str | int | float | None]:
    """Give what the repair of an issue needs: what it is about, and what was told is to be done."""
    return {
        "entry_id": entry.entry_id,
        "charger_id": found.charger_id,
        "fix": KINDS[found.kind].fix,
        "setting": found.setting,
        "value": found.value,
    }


def _placeholders(entry: ConfigEntry, found: Found) -> dict[str, str]:
    """Give what the text of an issue fills in."""
    about = entry if found.charger_id is None else entry.subentries[found.charger_id]
    return {"name": about.title, **found.words}


def clear_issue(hass: HomeAssistant, entry: ConfigEntry, kind: str) -> None:
    """Take back an issue of the site."""
    ir.async_delete_issue(hass, DOMAIN, _issue_id(kind, entry.entry_id))


def forget_issues(hass: HomeAssistant, entry: ConfigEntry, *, everything: bool) -> None:
    """Take back the issues of chargers that are no longer steered, or `everything` of this entry."""
    steered = {charger.subentry_id for charger in active_chargers(hass, entry)}
    for issue in list(ir.async_get(hass).issues.values()):
        data = issue.data or {}
        if issue.domain != DOMAIN or data.get("entry_id") != entry.entry_id:
            continue
        charger_id = data.get("charger_id")
        if everything or (charger_id is not None and charger_id not in steered):
            ir.async_delete_issue(hass, DOMAIN, issue.issue_id)


FOUND_BY_CHECKS: Final[Mapping[FindingCode, str]] = MappingProxyType(
    {
        FindingCode.CHARGER_NOT_SEEN: "charger_not_seen",
        FindingCode.GRID_SIGN: "wrong_sign_grid",
        FindingCode.BATTERY_SIGN: "wrong_sign_battery",
        FindingCode.NOT_IN_CONSUMPTION: "not_in_consumption",
        FindingCode.CHARGER_POWER: "charger_power_differs",
        FindingCode.SLOW_METERS: "slow_meters",
        FindingCode.GRID_PHASE: "grid_phase_differs",
        FindingCode.PHASES: "phases_differ",
    }
)
"""What a person has to look at of what a commissioning check finds; the rest is about a moment."""

OF_SITE: Final = frozenset({"wrong_sign_grid", "wrong_sign_battery"})
"""Kinds that are about the site, whichever charger showed them."""


def _of_checks(checks: Checks, settings: Settings) -> Iterator[Found]:
    """Find what the last checks found and nobody has seen to since."""
    for charger_id, own in settings.chargers.items():
        for finding in checks.findings(charger_id):
            kind = FOUND_BY_CHECKS.get(finding.code)
            done = finding.setting is not None and getattr(own, finding.setting) == finding.value
            if kind is not None and not done:
                yield Found(
                    kind=kind,
                    charger_id=None if kind in OF_SITE else charger_id,
                    words=_check_words(finding),
                    setting=finding.setting,
                    value=finding.value,
                )


def _check_words(finding: Finding) -> dict[str, str]:
    """Give the numbers of a finding by the names that its words use, without the unit."""
    signed = {"step_w": "step", "moved_w": "moved", "seen_w": "seen_power"}
    plain = {"reported_pct": "part", "lag_s": "lag", "seen": "seen", "set": "set"}
    numbers = finding.numbers
    return {word: f"{numbers[key]:+.0f}" for key, word in signed.items() if key in numbers} | {
        word: f"{numbers[key]:.0f}" for key, word in plain.items() if key in numbers
    }


def _suspected(kind: str, suspect: Suspect) -> Iterator[Found]:
    if suspect.wrong:
        words = {"step": f"{suspect.step_w:+.0f}", "moved": f"{suspect.moved_w:+.0f}"}
        yield Found(kind=kind, words=words)


def _issue_id(kind: str, subject_id: str) -> str:
    return f"{kind}_{subject_id}"
