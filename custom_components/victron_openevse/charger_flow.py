"""Adds a charger to a site, and what every flow needs to know of chargers."""

from collections.abc import Iterable
from typing import Any

from homeassistant.components import mqtt
from homeassistant.config_entries import (
    ConfigEntry,
    ConfigSubentry,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import voluptuous as vol

from .const import CHARGER, CONF_BASE_TOPIC, CONF_SOURCE, CONF_URL, DOMAIN, SOURCE_MQTT
from .openevse.announcement import Announcement
from .openevse.topics import checked_topic
from .probing import ChargerCheck, async_check_charger, async_search


class ChargerSubentryFlow(ConfigSubentryFlow):
    """Adds a charger to a site, or changes how one is reached."""

    def __init__(self) -> None:
        self._offered: tuple[Announcement, ...] = ()

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Offer the chargers found; a topic can be typed instead."""
        return await self._async_ask("user", user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change the topic of a charger."""
        return await self._async_ask("reconfigure", user_input)

    async def _async_ask(
        self, step_id: str, user_input: dict[str, Any] | None
    ) -> SubentryFlowResult:
        if not await mqtt.async_wait_for_mqtt_client(self.hass):
            return self.async_abort(reason="mqtt_not_configured")
        errors: dict[str, str] = {}
        firmware = ""
        if user_input is None:
            found = await async_search(self.hass)
            self._offered = not_set_up(self.hass, found.chargers)
        else:
            topic = user_input[CONF_BASE_TOPIC]
            announced = next((item for item in self._offered if item.base_topic == topic), None)
            check = await _async_check_topic(self.hass, topic)
            if check is not None and check.error is None:
                return self._finish(step_id, checked_topic(topic), announced)
            errors["base"] = "invalid_topic" if check is None else check.error or ""
            firmware = (check and check.firmware) or ""
        return self._show(step_id, user_input, errors, firmware)

    def _show(
        self,
        step_id: str,
        user_input: dict[str, Any] | None,
        errors: dict[str, str],
        firmware: str,
    ) -> SubentryFlowResult:
        options = [
            SelectOptionDict(value=item.base_topic, label=f"{item.name} ({item.base_topic})")
            for item in self._offered
            if item.base_topic is not None
        ]
        suggested = dict(user_input or {})
        if not suggested and step_id == "reconfigure":
            suggested = {CONF_BASE_TOPIC: self._get_reconfigure_subentry().data[CONF_BASE_TOPIC]}
        elif not suggested and options:
            suggested = {CONF_BASE_TOPIC: options[0]["value"]}
        schema = as_schema({vol.Required(CONF_BASE_TOPIC): choice_of(options)})
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, suggested),
            errors=errors,
            description_placeholders={"firmware": firmware, "found": str(len(options))},
        )

    def _finish(
        self, step_id: str, topic: str, announced: Announcement | None
    ) -> SubentryFlowResult:
        charger = announced or Announcement(
            charger_id="", name=topic, base_topic=topic, url=None, online=True
        )
        own = self._get_reconfigure_subentry() if step_id == "reconfigure" else None
        known = find_charger(self.hass, charger)
        if known is not None and (own is None or known[1].subentry_id != own.subentry_id):
            return self.async_abort(reason="already_configured")
        if own is None:
            return self.async_create_entry(
                title=charger.name,
                data=charger_data(charger),
                unique_id=charger.charger_id or None,
            )
        return self.async_update_and_abort(
            self._get_entry(),
            own,
            data_updates={CONF_BASE_TOPIC: topic},
            unique_id=charger.charger_id or own.unique_id,
        )


async def async_check_announced(hass: HomeAssistant, item: Announcement) -> ChargerCheck:
    """Listen to a charger that announced itself."""
    return await async_check_charger(hass, item.base_topic or item.name)


async def _async_check_topic(hass: HomeAssistant, topic: str) -> ChargerCheck | None:
    """Listen to a charger; None when `topic` cannot be one."""
    try:
        return await async_check_charger(hass, topic)
    except ValueError:
        return None


def charger_data(item: Announcement) -> dict[str, Any]:
    """Give the data of a charger's subentry: how to reach it."""
    return {CONF_SOURCE: SOURCE_MQTT, CONF_BASE_TOPIC: item.base_topic, CONF_URL: item.url}


def find_charger(
    hass: HomeAssistant, item: Announcement
) -> tuple[ConfigEntry, ConfigSubentry] | None:
    """Find the charger among those that are set up, by its id or else by its topic."""
    for entry in hass.config_entries.async_entries(DOMAIN):
        for subentry in entry.get_subentries_of_type(CHARGER):
            same_id = subentry.unique_id == item.charger_id
            nameless = subentry.unique_id is None or not item.charger_id
            if same_id or (nameless and subentry.data[CONF_BASE_TOPIC] == item.base_topic):
                return entry, subentry
    return None


def not_set_up(hass: HomeAssistant, chargers: Iterable[Announcement]) -> tuple[Announcement, ...]:
    """Leave out the chargers that belong to a site already."""
    return tuple(item for item in chargers if find_charger(hass, item) is None)


def follow_charger(
    hass: HomeAssistant, entry: ConfigEntry, subentry: ConfigSubentry, item: Announcement
) -> None:
    """Take over a changed topic or address; the site then reloads by itself."""
    hass.config_entries.async_update_subentry(
        entry,
        subentry,
        data={**subentry.data, CONF_BASE_TOPIC: item.base_topic, CONF_URL: item.url},
        unique_id=item.charger_id,
    )


def choice_of(options: list[str] | list[SelectOptionDict], *, only: bool = False) -> SelectSelector:
    """A list to choose from that also takes typed text, unless `only` the options are right."""
    return SelectSelector(
        SelectSelectorConfig(
            options=options, custom_value=not only, mode=SelectSelectorMode.DROPDOWN
        )
    )


def as_schema(fields: dict[Any, Any]) -> Any:
    """Make a form's schema. Any: Home Assistant replaces voluptuous by a drop-in of other types."""
    return vol.Schema(fields)
