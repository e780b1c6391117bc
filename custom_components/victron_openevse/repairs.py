"""Leads from a repair issue to the dialogue that helps, or applies what a commissioning check proposes.

The dialogues are those that the user knows from the set-up; they listen to the devices again and say
what is missing. An issue whose cause is still there afterwards comes back by itself.
"""

from typing import Any, override

from homeassistant.components.repairs import FlowType, RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowContext,
    SubentryFlowContext,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir

from .const import CHARGER, DOMAIN
from .issues import APPLY, OPTIONS


class Confirmed(RepairsFlow):
    """Says what the matter is, and acts when the user says so."""

    async def async_step_init(self, _user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Begin."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Ask, then act; what has gone meanwhile needs no repair."""
        issue = ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id)
        if issue is None:
            return self.async_abort(reason="removed")
        if user_input is None:
            return self.async_show_form(
                step_id="confirm", description_placeholders=issue.translation_placeholders
            )
        data = self.data or {}
        entry_id, charger_id = str(data.get("entry_id")), data.get("charger_id")
        entry = self.hass.config_entries.async_get_entry(entry_id)
        if entry is None or (charger_id is not None and charger_id not in entry.subentries):
            return self.async_abort(reason="removed")
        own_id = None if charger_id is None else str(charger_id)
        return await self.async_act(entry, own_id)

    async def async_act(self, entry: ConfigEntry, charger_id: str | None) -> RepairsFlowResult:
        """Do what helps; `charger_id` is None where the issue is about the site."""
        raise NotImplementedError


class OpenDialogue(Confirmed):
    """Opens the dialogue that helps."""

    @override
    async def async_act(self, entry: ConfigEntry, charger_id: str | None) -> RepairsFlowResult:
        """Open it."""
        flow, result = await self._async_open(entry.entry_id, charger_id)
        if result["type"] is FlowResultType.ABORT:
            return self.async_abort(reason="cannot_open")
        return self.async_create_entry(data={}, next_flow=(flow, result["flow_id"]))

    async def _async_open(self, entry_id: str, charger_id: str | None) -> tuple[FlowType, Any]:
        flows = self.hass.config_entries
        if (self.data or {}).get("fix") == OPTIONS:
            return FlowType.OPTIONS_FLOW, await flows.options.async_init(entry_id)
        if charger_id is None:
            context = ConfigFlowContext(source=SOURCE_RECONFIGURE, entry_id=entry_id)
            return FlowType.CONFIG_FLOW, await flows.flow.async_init(DOMAIN, context=context)
        own = SubentryFlowContext(source=SOURCE_RECONFIGURE, subentry_id=charger_id)
        return FlowType.CONFIG_SUBENTRIES_FLOW, await flows.subentries.async_init(
            (entry_id, CHARGER), context=own
        )


class ApplyProposal(Confirmed):
    """Sets what a commissioning check proposes."""

    @override
    async def async_act(self, entry: ConfigEntry, charger_id: str | None) -> RepairsFlowResult:
        """Set it, as long as the site runs."""
        if charger_id is None:
            return self.async_abort(reason="removed")
        if entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="cannot_open")
        # What was shown, though a later check may have found something else meanwhile.
        told = self.data or {}
        if setting := told.get("setting"):
            entry.runtime_data.set_charger(charger_id, **{str(setting): told["value"]})
        return self.async_create_entry(data={})


async def async_create_fix_flow(
    _hass: HomeAssistant, _issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Give the dialogue of an issue; its data say where it leads."""
    return ApplyProposal() if (data or {}).get("fix") == APPLY else OpenDialogue()
