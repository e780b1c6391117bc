"""Sets up a site with its chargers from what an MQTT broker or other integrations tell; later, again.

Site: found by the serial number a GX retains, on Home Assistant's broker or on the GX's own. Chargers:
found by their announcements, here and as discovered devices later. Each is listened to before anything
is created, and every form can be sent again after the cause of an error was removed. Read from entities
instead (`entity_flow`), the same is asked for; reconfiguring changes how a site is reached or read.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
import re
from types import MappingProxyType
from typing import Any, Final, override

from homeassistant.components import mqtt
from homeassistant.config_entries import (
    ConfigEntry,
    ConfigFlowResult,
    ConfigSubentry,
    ConfigSubentryData,
    ConfigSubentryFlow,
    OptionsFlow,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.selector import SelectOptionDict
from homeassistant.helpers.service_info.mqtt import MqttServiceInfo
import voluptuous as vol

from .charger_flow import (
    ChargerSubentryFlow,
    async_check_announced,
    charger_data,
    find_charger,
    follow_charger,
    not_set_up,
)
from .const import (
    CHARGER,
    CONF_PORTAL_ID,
    CONF_SITE,
    DOMAIN,
    SOURCE_ENTITIES,
)
from .entity_flow import EntitySiteSteps
from .form_parts import as_schema, choice_of
from .gx_flow import OVER_HOME_ASSISTANT, GxFlow, Way
from .names import COMMON, READINGS, async_load_names, name_all, name_of
from .openevse.announcement import Announcement, parse_announcement
from .options_flow import VictronOpenEvseOptionsFlow
from .probing import ChargerCheck, Found, SiteCheck, async_check_site, async_search
from .sources import source_of

PORTAL_ID: Final = re.compile(r"[0-9A-Za-z]{6,32}")
"""Twelve hexadecimal digits today; serial numbers of other units stay in this shape."""

FALLBACK_TITLE: Final = "Victron GX"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A charger that announced itself, and where."""

    item: Announcement
    way: Way


class VictronOpenEvseConfigFlow(GxFlow, EntitySiteSteps, domain=DOMAIN):
    """Sets up a site, or adds a discovered charger to one."""

    VERSION = 1
    MINOR_VERSION = 1

    def __init__(self) -> None:
        super().__init__()
        self._way = OVER_HOME_ASSISTANT
        self._found = Found((), ())
        self._candidates: list[Candidate] = []
        self._site: SiteCheck | None = None
        self._chargers: list[Candidate] = []
        self._left_out: list[str] = []
        self._announced: Announcement | None = None

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """A site has chargers."""
        return {CHARGER: ChargerSubentryFlow}

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """What the owner may add is chosen in the options."""
        return VictronOpenEvseOptionsFlow()

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Find the GX by itself; ask only when there is none or a choice."""
        ways = ["direct", SOURCE_ENTITIES]
        if await mqtt.async_wait_for_mqtt_client(self.hass):
            ways.insert(0, "broker")
            await self._async_look_around()
            ids = self._new_ids()
            if len(ids) > 1:
                return self._ask_for_portal(None)
            if ids and await self._async_hears(ids[0]):
                return await self.async_step_confirm()
            await self.async_set_unique_id(None)
        return self.async_show_menu(step_id="user", menu_options=ways)

    async def async_step_broker(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Find the GX on Home Assistant's broker, or have its id typed."""
        self._way = OVER_HOME_ASSISTANT
        typed = (user_input or {}).get(CONF_PORTAL_ID, "").strip()
        if typed and not PORTAL_ID.fullmatch(typed):
            return self._ask_for_portal("invalid_portal_id")
        await self._async_look_around()
        if typed:
            return await self._async_listen(typed)
        ids = self._new_ids()
        if len(ids) == 1:
            return await self._async_listen(ids[0])
        if not ids and self._found.portal_ids and user_input is None:
            return self.async_abort(reason="already_configured")
        return self._ask_for_portal(None if ids else "no_gx")

    @override
    async def _async_reached(self, way: Way, portal_id: str, found: Found) -> ConfigFlowResult:
        """Go on with a GX that was reached directly; chargers may be on its broker too."""
        if await mqtt.async_wait_for_mqtt_client(self.hass):
            await self._async_look_around()
        known = {candidate.item.charger_id for candidate in self._candidates}
        self._candidates += [
            Candidate(item, way)
            for item in not_set_up(self.hass, found.chargers)
            if item.charger_id not in known
        ]
        self._way = way
        return await self._async_listen(portal_id)

    async def _async_look_around(self) -> None:
        self._found = await async_search(self.hass)
        self._candidates = [
            Candidate(item, OVER_HOME_ASSISTANT)
            for item in not_set_up(self.hass, self._found.chargers)
        ]

    def _new_ids(self) -> list[str]:
        known = self._async_current_ids()
        return [portal_id for portal_id in self._found.portal_ids if portal_id not in known]

    def _ask_for_portal(
        self, error: str | None, placeholders: Mapping[str, str] = MappingProxyType({})
    ) -> ConfigFlowResult:
        suggestions = list(self._found.portal_ids)
        if self._site is not None and self._site.portal_id not in suggestions:
            suggestions.append(self._site.portal_id)
        schema = as_schema({vol.Optional(CONF_PORTAL_ID): choice_of(suggestions)})
        tried = {CONF_PORTAL_ID: self._site.portal_id} if self._site else {}
        return self.async_show_form(
            step_id="broker",
            data_schema=self.add_suggested_values_to_schema(schema, tried),
            errors={"base": error} if error else {},
            description_placeholders={"missing": "", **placeholders},
        )

    async def _async_listen(self, portal_id: str) -> ConfigFlowResult:
        """Go on only when the GX really speaks."""
        if await self._async_hears(portal_id):
            return await self.async_step_confirm()
        site = self._site
        error = (site and site.error) or "gx_silent"
        missing = name_all(self.hass, READINGS, site.missing if site else ())
        if self._way is OVER_HOME_ASSISTANT:
            return self._ask_for_portal(error, {"missing": missing})
        return self._ask_for_host(error, missing=missing)

    async def _async_hears(self, portal_id: str) -> bool:
        """Listen to the GX and to the chargers that were found."""
        await async_load_names(self.hass)
        await self.async_set_unique_id(portal_id, raise_on_progress=False)
        self._abort_if_unique_id_configured()
        site, checks = await asyncio.gather(
            async_check_site(self.hass, portal_id, self._way.connect),
            asyncio.gather(
                *(
                    async_check_announced(self.hass, candidate.item, candidate.way.connect)
                    for candidate in self._candidates
                )
            ),
        )
        self._site = site
        answers = list(zip(self._candidates, checks, strict=True))
        self._chargers = [one for one, check in answers if check.error is None]
        self._left_out = [
            f"{one.item.name} ({_why(self.hass, check)})"
            for one, check in answers
            if check.error is not None
        ]
        return site.error is None

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show what was found, then create it all at once."""
        if user_input is not None:
            return self._create()
        return self.async_show_form(
            step_id="confirm" if self._chargers else "confirm_without_charger",
            description_placeholders={
                "site": self._title,
                "chargers": _list(one.item.name for one in self._chargers),
                "left_out": _list(self._left_out),
            },
        )

    async def async_step_confirm_without_charger(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show that no charger was found yet."""
        return await self.async_step_confirm(user_input)

    @property
    def _title(self) -> str:
        return (self._site and self._site.product_name) or FALLBACK_TITLE

    def _create(self) -> ConfigFlowResult:
        """Create site and chargers, and withdraw the chargers' own discoveries."""
        ids = {one.item.charger_id for one in self._chargers}
        for flow in self._async_in_progress(include_uninitialized=True):
            if flow["context"].get("unique_id") in ids:
                self.hass.config_entries.flow.async_abort(flow["flow_id"])
        return self.async_create_entry(
            title=self._title,
            data={**self._way.data, CONF_PORTAL_ID: self.unique_id},
            subentries=[
                ConfigSubentryData(
                    data=charger_data(one.item, one.way.source),
                    subentry_type=CHARGER,
                    title=one.item.name,
                    unique_id=one.item.charger_id,
                )
                for one in self._chargers
            ],
        )

    @override
    async def async_step_mqtt(self, discovery_info: MqttServiceInfo) -> ConfigFlowResult:
        """Take the announcement of a charger."""
        payload = discovery_info.payload
        text = payload if isinstance(payload, str) else payload.decode(errors="replace")
        announcement = parse_announcement(text)
        if announcement is None or announcement.base_topic is None:
            return self.async_abort(reason="not_a_charger")
        await self.async_set_unique_id(announcement.charger_id)
        self._abort_if_unique_id_configured()
        if (known := find_charger(self.hass, announcement)) is not None:
            follow_charger(self.hass, *known, announcement)
            return self.async_abort(reason="already_configured")
        self._announced = announcement
        self.context["title_placeholders"] = {"name": announcement.name}
        if self._sites():
            return await self.async_step_add_charger()
        return await self.async_step_discovered()

    async def async_step_discovered(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Offer to set up the site that a discovered charger belongs to."""
        if user_input is None:
            return self.async_show_form(
                step_id="discovered", description_placeholders={"name": self._announced_name}
            )
        if self._sites():
            return await self.async_step_add_charger()
        return await self.async_step_user()

    async def async_step_add_charger(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Add a discovered charger to a site that is already set up."""
        sites = self._sites()
        announced = self._announced
        if not sites or announced is None or announced.base_topic is None:
            return self.async_abort(reason="no_site")
        error = None
        placeholders = {"name": announced.name, "firmware": ""}
        if user_input is not None:
            check = await async_check_announced(self.hass, announced)
            if check.error is None:
                site = sites.get(user_input.get(CONF_SITE, ""), next(iter(sites.values())))
                return self._add(site, announced)
            error = check.error
            placeholders["firmware"] = check.firmware or ""
        options = [SelectOptionDict(value=key, label=site.title) for key, site in sites.items()]
        schema = {
            vol.Required(CONF_SITE, default=options[0]["value"]): choice_of(options, only=True)
        }
        return self.async_show_form(
            step_id="add_charger",
            data_schema=as_schema(schema if len(sites) > 1 else {}),
            errors={"base": error} if error else {},
            description_placeholders={**placeholders, "site": next(iter(sites.values())).title},
        )

    def _add(self, site: ConfigEntry, announced: Announcement) -> ConfigFlowResult:
        """Add the charger; the site notices and reloads by itself."""
        if find_charger(self.hass, announced) is not None:
            return self.async_abort(reason="already_configured")
        self.hass.config_entries.async_add_subentry(
            site,
            ConfigSubentry(
                data=MappingProxyType(charger_data(announced)),
                subentry_type=CHARGER,
                title=announced.name,
                unique_id=announced.charger_id,
            ),
        )
        return self.async_abort(
            reason="charger_added",
            description_placeholders={"name": announced.name, "site": site.title},
        )

    async def async_step_reconfigure(
        self, _user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Check or change how the GX of a site is reached; the GX stays the same."""
        entry = self._get_reconfigure_entry()
        ways = ["direct"]
        if entry.unique_id is not None and await mqtt.async_wait_for_mqtt_client(self.hass):
            ways.insert(0, "listen")
        if source_of(entry.data) == SOURCE_ENTITIES:
            ways.insert(0, "reconfigure_entities")
        return self.async_show_menu(
            step_id="reconfigure",
            menu_options=ways,
            description_placeholders={"site": entry.title},
        )

    async def async_step_listen(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Listen to the GX over Home Assistant's broker, and use that from now on."""
        entry = self._get_reconfigure_entry()
        error, missing = None, ""
        if user_input is not None and entry.unique_id is not None:
            await async_load_names(self.hass)
            check = await async_check_site(self.hass, entry.unique_id)
            error, missing = check.error, name_all(self.hass, READINGS, check.missing)
            if error is None:
                return self._change_way(OVER_HOME_ASSISTANT, entry.unique_id)
        return self.async_show_form(
            step_id="listen",
            errors={"base": error} if error else {},
            description_placeholders={"site": entry.title, "missing": missing},
        )

    def _sites(self) -> dict[str, ConfigEntry]:
        entries = self._async_current_entries(include_ignore=False)
        return {entry.entry_id: entry for entry in entries}

    @property
    def _announced_name(self) -> str:
        return self._announced.name if self._announced else ""


def _list(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items) or "—"


def _why(hass: HomeAssistant, check: ChargerCheck) -> str:
    if check.supported is False:
        firmware = name_of(hass, COMMON, "left_out_firmware")
        return firmware.replace("{firmware}", check.firmware or "?")
    return name_of(hass, COMMON, "left_out_no_answer")
