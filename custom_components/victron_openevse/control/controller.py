"""The law as one function: `decide(settings, memory, readings, now)`.

Pure: the same inputs give the same decision and the same new memory. Call it whenever something changed
and at least every few seconds; nothing in it depends on how often. The stages:

1. the site: filters, trust in the data, reserve, hidden sun (`site_stage`);
2. the surplus is shared among the chargers in the owner's order (`allocation`);
3. each charger: who has authority, what its mode wants, what contactor and limits allow
   (`charger_stage`);
4. the battery is kept out of cars that must not have it (`guard`), and every car's energy is booked by
   origin (`energy`).
"""

from collections.abc import Mapping

from .allocation import share_surplus
from .cars import NOTHING_KNOWN, solar_cars
from .change import replace
from .charger_stage import decide_charger, make_claim, make_share
from .commands import note_commands
from .curtailment import is_curtailed
from .energy import record, split_power
from .freshness import charging_power_w, young
from .guard import keep_out, release
from .jumps import believed_pct
from .memory import ChargerMemory, HouseMemory, Memory, SiteMemory
from .model import (
    SOLAR_MODES,
    ChargerDecision,
    ChargerSettings,
    Decision,
    Mode,
    Readings,
    Settings,
    SiteDecision,
)
from .money import book_money
from .nights import update_house
from .rooms import update_rooms
from .shadow import forget_steering, without_sending
from .site_stage import (
    describe_site,
    note_cut_off,
    step_s,
    update_site,
    view_site,
    without_guess,
)
from .surplus import Measured, measure
from .targets import has_its_fill, note_target
from .tariff import update_tariff
from .temporary import Turn, put_in_force
from .view import Share, SiteView

OVER = frozenset({Turn.ENDED, Turn.OVER})


def decide(
    settings: Settings, memory: Memory, readings: Readings, now_s: float
) -> tuple[Decision, Memory]:
    """Decide for every charger in `settings`.

    `now_s` is a steady clock (it may start anywhere but does not go back while the process lives).
    Chargers without settings are ignored, chargers without readings count as offline.
    """
    settings, memory, turns = put_in_force(settings, memory, readings, now_s)
    memory = _note_shadow(settings, memory)
    measured = measure(readings, now_s)
    dt_s = step_s(memory.site, now_s)
    site_memory = update_site(memory.site, measured, readings.site, now_s)
    site_memory = note_cut_off(site_memory, readings, now_s)
    measured = without_guess(measured, site_memory, readings, now_s)
    noted = _note_commands(settings, memory, readings, now_s, turns)
    memories = {key: charger for key, (charger, _) in noted.items()}
    house = _note_house(memory.house, site_memory, measured, readings, now_s, dt_s)
    cars = solar_cars(settings, memories, readings, now_s)
    view = view_site(settings.site, site_memory, house, measured, readings, now_s, cars, dt_s)
    shares = _share(settings, memories, readings, view, site_memory)
    memories, site_memory = update_rooms(settings, memories, readings, shares, site_memory, view)
    decisions: dict[str, ChargerDecision] = {}
    for key, own in settings.chargers.items():
        charger = readings.chargers.get(key, NOTHING_KNOWN)
        decisions[key], memories[key] = decide_charger(
            settings.site, own, memories[key], charger, readings.site, view, shares[key],
            commanded=noted[key][1],
        )  # fmt: skip
        if turns.get(key) in OVER:
            decisions[key] = replace(decisions[key], temporary_over=True)
    site = describe_site(site_memory, view, measured, readings.site)
    site, site_memory = _guard(settings, memories, decisions, readings, site, site_memory, now_s)
    decisions = without_sending(decisions) if settings.site.shadow else decisions
    memories = _book(memories, readings, site, now_s)
    return Decision(site=site, chargers=decisions), Memory(
        site=site_memory, house=house, chargers=memories
    )


def _note_shadow(settings: Settings, memory: Memory) -> Memory:
    """Start anew where what was decided begins or ceases to be sent."""
    shadow = settings.site.shadow
    if memory.site.shadow == shadow:
        return memory
    site = replace(memory.site, shadow=shadow)
    return replace(memory, site=site, chargers=forget_steering(memory.chargers))


def _note_commands(
    settings: Settings,
    memory: Memory,
    readings: Readings,
    now_s: float,
    turns: Mapping[str, Turn],
) -> dict[str, tuple[ChargerMemory, bool]]:
    noted: dict[str, tuple[ChargerMemory, bool]] = {}
    for key, own in settings.chargers.items():
        before = memory.chargers.get(key) or ChargerMemory()
        charger = readings.chargers.get(key, NOTHING_KNOWN)
        after, urgent = note_commands(before, own, charger, now_s, turns.get(key, Turn.NONE))
        noted[key] = note_target(own, after, readings.vehicle_soc_pct.get(key)), urgent
    return noted


def _note_house(
    house: HouseMemory,
    site: SiteMemory,
    measured: Measured,
    readings: Readings,
    now_s: float,
    dt_s: float,
) -> HouseMemory:
    updated = update_house(
        house,
        pv_w=young(readings.site.pv_power_w, readings.site.source, now_s),
        house_w=measured.house_w,
        curtailed=is_curtailed(site, readings.site, now_s),
        hours_to_sunset=readings.hours_to_sunset,
        dt_s=dt_s,
    )
    soc_pct = believed_pct(site, readings.site)
    return update_tariff(house, updated, readings.prices, soc_pct, dt_s)


def _share(
    settings: Settings,
    memories: Mapping[str, ChargerMemory],
    readings: Readings,
    view: SiteView,
    site: SiteMemory,
) -> dict[str, Share]:
    """Share the surplus among the chargers that follow it; the others' power is not theirs."""
    shares = {
        key: make_share(own, memories[key], readings.chargers.get(key, NOTHING_KNOWN), view)
        for key, own in settings.chargers.items()
    }
    claims = [
        make_claim(key, own, memories[key], shares[key], view.now_s)
        for key, own in settings.chargers.items()
        if own.mode in SOLAR_MODES and memories[key].connected
    ]
    if not claims:
        return shares
    following = {claim.key for claim in claims}
    others_w = sum(
        charging_power_w(charger, view.now_s) or 0.0
        for key, charger in readings.chargers.items()
        if key not in following
    )
    fast = share_surplus(claims, (site.surplus_fast_w or 0.0) - others_w)
    slow = share_surplus(claims, (site.surplus_slow_w or 0.0) - others_w)
    helped = [
        claim
        for claim in claims
        if settings.chargers[claim.key].mode is Mode.SOLAR
        and not has_its_fill(settings.chargers[claim.key], memories[claim.key])
    ]
    first = min(helped, key=lambda claim: (not claim.running, claim.order, claim.key), default=None)
    for claim in claims:
        key = claim.key
        lift_w = min(view.plan.lift_w, site.exchange.lift_cap_w) if claim is first else 0.0
        shares[key] = replace(shares[key], fast_w=fast[key], slow_w=slow[key], lift_w=lift_w)
    return shares


def _guard(
    settings: Settings,
    memories: Mapping[str, ChargerMemory],
    decisions: Mapping[str, ChargerDecision],
    readings: Readings,
    site: SiteDecision,
    memory: SiteMemory,
    now_s: float,
) -> tuple[SiteDecision, SiteMemory]:
    """Ask for a limit at the inverter while a car must not have the battery."""
    kept_out = {
        key
        for key, own in settings.chargers.items()
        if decisions[key].offered_current_a > 0 and _is_kept_out(own, memories[key])
    }
    if not kept_out or settings.site.shadow:
        return site, release(memory)
    allowed_w = site.house_power_w
    if allowed_w is not None:
        allowed_w += sum(
            charging_power_w(charger, now_s) or 0.0
            for key, charger in readings.chargers.items()
            if key not in kept_out
        )
    limit_w, guard, memory = keep_out(memory, readings.site, allowed_w, now_s)
    return replace(site, discharge_limit_w=limit_w, guard=guard), memory


def _is_kept_out(settings: ChargerSettings, memory: ChargerMemory) -> bool:
    """Tell whether this car must not have the battery; the guaranteed minimum is the grid's."""
    if memory.connected is False:
        return False
    if settings.mode is Mode.MINIMUM_SOLAR:
        return memory.battery_free is False
    return settings.mode in (Mode.MEDIUM, Mode.FAST) and not settings.use_battery


def _book(
    memories: Mapping[str, ChargerMemory], readings: Readings, site: SiteDecision, now_s: float
) -> dict[str, ChargerMemory]:
    """Book every car's energy by origin."""
    powers = {
        key: charging_power_w(readings.chargers.get(key, NOTHING_KNOWN), now_s) for key in memories
    }
    total_w = sum(power_w or 0.0 for power_w in powers.values())
    origin = split_power(
        total_w,
        young(readings.site.pv_power_w, readings.site.source, now_s),
        site.house_power_w,
        young(readings.site.battery_power_w, readings.site.source, now_s),
    )
    booked: dict[str, ChargerMemory] = {}
    for key, memory in memories.items():
        meter = record(
            memory.meter,
            power_w=powers[key],
            origin=origin,
            total_w=total_w,
            counter=readings.chargers.get(key, NOTHING_KNOWN).total_energy_kwh,
            now_s=now_s,
        )
        booked[key] = memory
        if meter is not memory.meter:
            counted = replace(memory, meter=meter)
            booked[key] = book_money(memory.meter, counted, readings.prices)
    return booked
