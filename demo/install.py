"""Sets the integration up through its own config flow, as a person does on the page.

Every form is answered with what it proposes, which is what a user does who presses Submit, and of
every menu the way in that is wanted is taken, else the first. So the demo also shows that the flow
finds the GX and the charger by itself. A charger that the site's flow
has not seen waits among the discovered devices on the page, as brokers differ in what they replay.
"""

import asyncio
from collections.abc import Mapping
import time
from typing import Any, Final

from .hass import HomeAssistant
from .talk import DemoError

DOMAIN: Final = "victron_openevse"
CHARGER: Final = "charger"
MQTT: Final = "broker"
ENTITIES: Final = "entities"
"""The ways in, as the flow's menus call them."""
FLOWS: Final = "/api/config/config_entries/flow"
SUBENTRY_FLOWS: Final = "/api/config/config_entries/subentries/flow"
CHARGER_ADDED: Final = "charger_added"
"""How the flow of a discovered charger ends when it was added to the site."""
MAX_STEPS: Final = 12
"""More than the flow has; a form that comes back with errors must not be answered for ever."""
PROGRESS_TIMEOUT_S: Final = 60.0
"""The flow waits for real messages of GX and charger, which send some only every 30 s."""
PROGRESS_POLL_S: Final = 0.25


def _first_option(options: Any) -> Any:
    """Return the first choice of a list of values, of pairs or of {value, label}."""
    first = next(iter(options))
    if isinstance(first, Mapping):
        return first["value"]
    return first[0] if isinstance(first, list | tuple) else first


def _proposed(form_field: Mapping[str, Any]) -> Any:
    """Return what a form's field proposes, None when it leaves the field to the user."""
    if "default" in form_field:
        return form_field["default"]
    suggested = (form_field.get("description") or {}).get("suggested_value")
    if suggested is not None:
        return suggested
    select = (form_field.get("selector") or {}).get("select") or form_field
    if form_field.get("required") and select.get("options"):
        return _first_option(select["options"])
    return None


def answers(form: Mapping[str, Any]) -> dict[str, Any]:
    """Return a form's proposals as its answer; raises DemoError when it rejected the last one."""
    if form.get("errors"):
        raise DemoError(f"step {form['step_id']!r} of the set-up says: {form['errors']}")
    proposals = {one["name"]: _proposed(one) for one in form.get("data_schema") or []}
    return {name: value for name, value in proposals.items() if value is not None}


async def _wait_for_progress(hass: HomeAssistant, flow: str) -> Any:
    """Poll a step that shows a spinner until it has become something else."""
    deadline = time.monotonic() + PROGRESS_TIMEOUT_S
    while (result := await hass.get(flow))["type"] == "progress":
        if time.monotonic() > deadline:
            raise DemoError(f"the set-up is still at {result.get('progress_action')!r}")
        await asyncio.sleep(PROGRESS_POLL_S)
    return result


async def _next(hass: HomeAssistant, flow: str, result: Mapping[str, Any], way: str) -> Any:
    """Take one step of a flow at the address `flow`."""
    match result["type"]:
        case "form":
            return await hass.post(flow, answers(result))
        case "menu":
            options = list(result["menu_options"])
            chosen = way if way in options else options[0]
            return await hass.post(flow, {"next_step_id": chosen})
        case "progress":
            return await _wait_for_progress(hass, flow)
        case "progress_done" | "external_done":
            return await hass.post(flow, {})
        case "abort":
            raise DemoError(f"the set-up gave up: {_ending(result)}")
        case kind:
            raise DemoError(f"the set-up asks for something unexpected: {kind}")


def _ending(result: Mapping[str, Any]) -> str:
    found = result.get("description_placeholders")
    return f"{result['reason']} {found}" if found else str(result["reason"])


def _done(result: Mapping[str, Any]) -> bool:
    """Whether a flow has reached its aim; a discovered charger's ends in this kind of abort."""
    return result["type"] == "create_entry" or result.get("reason") == CHARGER_ADDED


async def _walk(
    hass: HomeAssistant, flows: str, result: Mapping[str, Any], way: str
) -> Mapping[str, Any]:
    """Walk a flow from its present step to its end and return the last result."""
    for _ in range(MAX_STEPS):
        if _done(result):
            return result
        result = await _next(hass, f"{flows}/{result['flow_id']}", result, way)
    raise DemoError(f"the set-up does not end; its last answer was {result}")


async def _has_charger(hass: HomeAssistant, entry_id: str) -> bool:
    subentries = await hass.command("config_entries/subentries/list", entry_id=entry_id)
    return any(one["subentry_type"] == CHARGER for one in subentries)


async def _add_discovered(hass: HomeAssistant, way: str) -> None:
    """Accept what waits on the page as discovered."""
    for flow in await hass.command("config_entries/flow/progress"):
        if flow["handler"] == DOMAIN:
            step = await hass.get(f"{FLOWS}/{flow['flow_id']}")
            await _walk(hass, FLOWS, step, way)


async def install(hass: HomeAssistant, way: str = MQTT) -> str:
    """Set up the site and its charger; return the config entry's id.

    `way` is the step that the flow's menus call the way in, for example `entities`.
    """
    first = await hass.post(FLOWS, {"handler": DOMAIN})
    created = await _walk(hass, FLOWS, first, way)
    entry_id: str = created["result"]["entry_id"]
    if not await _has_charger(hass, entry_id):
        await _add_discovered(hass, way)
    if not await _has_charger(hass, entry_id):
        first = await hass.post(SUBENTRY_FLOWS, {"handler": [entry_id, CHARGER]})
        await _walk(hass, SUBENTRY_FLOWS, first, way)
    return entry_id
