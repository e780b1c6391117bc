"""Adds a charger to a site, and what every flow needs to know of chargers."""

from collections.abc import Iterable
from typing import Any

from homeassistant.components import mqtt
from homeassistant.config_entries import (
    ConfigEntry,
    ConfigSubentry,
    SubentryFlowResult,
)
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import SelectOptionDict
import voluptuous as vol

from .const import (
    CHARGER,
    CONF_BASE_TOPIC,
    CONF_SOURCE,
    CONF_URL,
    DOMAIN,
    SOURCE_DIRECT,
    SOURCE_ENTITIES,
    SOURCE_MQTT,
)
from .entity_charger_flow import EntityChargerSteps
from .form_parts import as_schema, choice_of
from .mqtt_transport import HomeAssistantTransport
from .openevse.announcement import Announcement
from .openevse.topics import checked_topic
from .probing import ChargerCheck, Connect, async_check_charger, async_search
from .sources import Connection, make_transport, source_of


class ChargerSubentryFlow(EntityChargerSteps):
    """Adds a charger to a site, or changes how one is reached."""

    def __init__(self) -> None:
        super().__init__()
        self._announced: tuple[Announcement, ...] = ()
        self._source = SOURCE_MQTT

    async def async_step_user(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask how the charger is reached, unless there is one way only."""
        ways = [SOURCE_ENTITIES]
        if CONF_HOST in self._get_entry().data:
            ways.insert(0, SOURCE_DIRECT)
        if await mqtt.async_wait_for_mqtt_client(self.hass):
            ways.insert(0, SOURCE_MQTT)
        if len(ways) == 1:
            return await self.async_step_entities()
        return self.async_show_menu(step_id="user", menu_options=ways)

    async def async_step_mqtt(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Offer the chargers found; a topic can be typed instead."""
        return await self._async_ask("mqtt", user_input)

    async def async_step_direct(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Offer the chargers that are connected to the GX's broker."""
        self._source = SOURCE_DIRECT
        return await self._async_ask("direct", user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change the topic of a charger, or its entities."""
        if self._is_gone("reconfigure"):
            return self.async_abort(reason="removed")
        self._source = source_of(self._get_reconfigure_subentry().data)
        if self._source == SOURCE_ENTITIES:
            return await self.async_step_reconfigure_entities()
        return await self._async_ask("reconfigure", user_input)

    def _connect(self, hass: HomeAssistant) -> Connection:
        return make_transport(hass, self._get_entry(), self._source)

    async def _async_ask(
        self, step_id: str, user_input: dict[str, Any] | None
    ) -> SubentryFlowResult:
        if self._source == SOURCE_MQTT and not await mqtt.async_wait_for_mqtt_client(self.hass):
            return self.async_abort(reason="mqtt_not_configured")
        errors: dict[str, str] = {}
        firmware = ""
        if user_input is None:
            found = await async_search(self.hass, self._connect)
            self._announced = found.chargers
        else:
            topic = user_input[CONF_BASE_TOPIC]
            announced = next((item for item in self._announced if item.base_topic == topic), None)
            check = await _async_check_topic(self.hass, topic, self._connect)
            if check is not None and check.error is None and not self._is_gone(step_id):
                return self._finish(step_id, checked_topic(topic), announced)
            errors["base"] = "invalid_topic" if check is None else check.error or ""
            firmware = (check and check.firmware) or ""
        if self._is_gone(step_id):
            return self.async_abort(reason="removed")
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
            for item in not_set_up(self.hass, self._announced)
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
        own = self._get_reconfigure_subentry() if step_id == "reconfigure" else None
        charger = announced or _unannounced(topic, own)
        known = find_charger(self.hass, charger)
        if known is not None and (own is None or known[1].subentry_id != own.subentry_id):
            return self.async_abort(reason="already_configured")
        if own is None:
            return self.async_create_entry(
                title=charger.name,
                data=charger_data(charger, self._source),
                unique_id=charger.charger_id or None,
            )
        return self.async_update_and_abort(
            self._get_entry(),
            own,
            data_updates={CONF_BASE_TOPIC: topic, CONF_URL: charger.url},
            unique_id=charger.charger_id or None,
        )


def _unannounced(topic: str, own: ConfigSubentry | None) -> Announcement:
    """Give what is known of a charger that speaks on `topic` and announced itself nowhere.

    On its topic of before it is the same charger. On another one it may be another: with the id of the
    old one kept, that one would take its place back as soon as it announces itself.
    """
    charger_id, url = None, None
    if own is not None and own.data[CONF_BASE_TOPIC] == topic:
        charger_id, url = own.unique_id, own.data.get(CONF_URL)
    return Announcement(
        charger_id=charger_id or "", name=topic, base_topic=topic, url=url, online=True
    )


async def async_check_announced(
    hass: HomeAssistant, item: Announcement, connect: Connect = HomeAssistantTransport
) -> ChargerCheck:
    """Listen to a charger that announced itself."""
    return await async_check_charger(hass, item.base_topic or item.name, connect)


async def _async_check_topic(
    hass: HomeAssistant, topic: str, connect: Connect
) -> ChargerCheck | None:
    """Listen to a charger; None when `topic` cannot be one."""
    try:
        return await async_check_charger(hass, topic, connect)
    except ValueError:
        return None


def charger_data(item: Announcement, source: str = SOURCE_MQTT) -> dict[str, Any]:
    """Give the data of a charger's subentry: how to reach it."""
    return {CONF_SOURCE: source, CONF_BASE_TOPIC: item.base_topic, CONF_URL: item.url}


def find_charger(
    hass: HomeAssistant, item: Announcement
) -> tuple[ConfigEntry, ConfigSubentry] | None:
    """Find the charger among those that are set up, by its id or else by its topic."""
    for entry in hass.config_entries.async_entries(DOMAIN):
        for subentry in entry.get_subentries_of_type(CHARGER):
            same_id = subentry.unique_id == item.charger_id
            nameless = subentry.unique_id is None or not item.charger_id
            topic = subentry.data.get(CONF_BASE_TOPIC)
            if same_id or (nameless and topic is not None and topic == item.base_topic):
                return entry, subentry
    return None


def not_set_up(hass: HomeAssistant, chargers: Iterable[Announcement]) -> tuple[Announcement, ...]:
    """Leave out the chargers that belong to a site already."""
    return tuple(item for item in chargers if find_charger(hass, item) is None)


def follow_charger(
    hass: HomeAssistant, entry: ConfigEntry, subentry: ConfigSubentry, item: Announcement
) -> None:
    """Take over a changed topic or address; the site then reloads by itself.

    A charger that is reached in another way than over Home Assistant's broker stays as it is.
    """
    if source_of(subentry.data) != SOURCE_MQTT:
        return
    hass.config_entries.async_update_subentry(
        entry,
        subentry,
        data={**subentry.data, CONF_BASE_TOPIC: item.base_topic, CONF_URL: item.url},
        unique_id=item.charger_id,
    )
