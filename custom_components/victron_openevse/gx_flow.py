"""Steps that connect straight to a GX: found in the network or typed, with a password if it wants one.

Nothing is asked that can be found out: the port, whether the GX encrypts, whether it wants a password,
and its portal id. The same steps set a site up, let its owner log in again after a refusal, and change
how a site is reached. Each error returns to a form that says what to do.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
import ipaddress
from typing import Any, Final, override
from urllib.parse import urlparse

from homeassistant.config_entries import (
    SOURCE_IGNORE,
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    SOURCE_SSDP,
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
)
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_USERNAME
from homeassistant.helpers.selector import (
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
from homeassistant.helpers.service_info.ssdp import SsdpServiceInfo
import voluptuous as vol

from .const import CHARGER, CONF_PORTAL_ID, CONF_SECURITY, CONF_SOURCE, SOURCE_DIRECT, SOURCE_MQTT
from .form_parts import as_schema
from .gx_address import (
    CONNECTION_DATA,
    GxAddress,
    GxConnectError,
    GxProblem,
    Security,
    async_locate,
)
from .gx_link import gx_link
from .gx_pairing import PairingError, async_pair
from .gx_transport import CONF_PROBLEM, GxTransport
from .mqtt_transport import HomeAssistantTransport
from .probing import Connect, Found, async_check_site, async_search
from .sources import source_of

DEFAULT_HOST: Final = "venus.local"
"""The name under which a GX makes itself known in its network."""


@dataclass(frozen=True, slots=True)
class Way:
    """A broker that a site or charger is reached over."""

    data: Mapping[str, Any]
    """What a config entry has to hold of it."""
    connect: Connect

    @property
    def source(self) -> str:
        """Name of the way in."""
        return source_of(self.data)


OVER_HOME_ASSISTANT: Final = Way({CONF_SOURCE: SOURCE_MQTT}, HomeAssistantTransport)


def direct_way(address: GxAddress) -> Way:
    """Reach a GX itself."""
    data = {CONF_SOURCE: SOURCE_DIRECT, **address.as_data()}
    return Way(data, partial(GxTransport, address=address))


class GxFlow(ConfigFlow):
    """The steps; what a whole flow adds is what happens once the GX was reached."""

    def __init__(self) -> None:
        super().__init__()
        self._address = GxAddress(DEFAULT_HOST)
        self._pairing_possible = True
        """Unless the GX said otherwise; one that never announced itself may well be able to."""

    async def _async_reached(self, way: Way, portal_id: str, found: Found) -> ConfigFlowResult:
        """Go on with the GX that answered, and with what was found on its broker."""
        raise NotImplementedError

    # Which GX

    async def async_step_direct(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask where the GX is."""
        if user_input is None:
            self._suggest_address()
            return self._ask_for_host()
        host, security = user_input[CONF_HOST].strip(), Security(user_input[CONF_SECURITY])
        known = self._address
        self._address = GxAddress(host)
        try:
            located = await async_locate(host, security)
        except GxConnectError as error:
            return self._ask_for_host(error.problem, security=security)
        self._address = located
        same = located.certificate == known.certificate
        if same and (located.encrypted or located.host == known.host):
            # Whoever shows another certificate, or none elsewhere, is told no password by itself.
            self._address = located.with_login(known.username, known.password)
        return await self._async_log_in(self._ask_for_host)

    def _suggest_address(self) -> None:
        if self.source == SOURCE_RECONFIGURE:
            data = self._get_reconfigure_entry().data
            if CONF_HOST in data:
                self._address = GxAddress.from_data(data)
                return
        for flow in self._async_in_progress(match_context={"source": SOURCE_SSDP}):
            url = flow["context"].get("configuration_url")
            self._address = GxAddress((url and urlparse(url).hostname) or DEFAULT_HOST)

    def _ask_for_host(
        self,
        error: str | None = None,
        *,
        security: Security = Security.AUTOMATIC,
        missing: str = "",
    ) -> ConfigFlowResult:
        kinds = SelectSelector(
            SelectSelectorConfig(
                options=list(Security),
                translation_key=CONF_SECURITY,
                mode=SelectSelectorMode.DROPDOWN,
            )
        )
        schema = as_schema(
            {
                vol.Required(CONF_HOST, default=self._address.host): TextSelector(),
                vol.Required(CONF_SECURITY, default=security.value): kinds,
            }
        )
        return self.async_show_form(
            step_id="direct",
            data_schema=schema,
            errors={"base": error} if error else {},
            description_placeholders={"host": self._address.host, "missing": missing},
        )

    @override
    async def async_step_ssdp(self, discovery_info: SsdpServiceInfo) -> ConfigFlowResult:
        """Take a GX that announced itself in the network."""
        host = urlparse(discovery_info.ssdp_location or "").hostname
        portal_id = discovery_info.upnp.get("X_VrmPortalId")
        if not host or not portal_id:
            return self.async_abort(reason="not_a_gx")
        entry = await self.async_set_unique_id(portal_id)
        self._abort_if_unique_id_configured(_moved(entry, host), reload_on_update=False)
        self._address = GxAddress(host)
        self._pairing_possible = discovery_info.upnp.get("X_MqttTokenPairing") == "1"
        name = discovery_info.upnp.get("friendlyName") or host
        self.context["title_placeholders"] = {"name": name}
        self.context["configuration_url"] = f"http://{host}/"
        return await self.async_step_ssdp_confirm()

    async def async_step_ssdp_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Connect to a GX that announced itself only when its owner wants that."""
        if user_input is None:
            names = self.context.get("title_placeholders", {})
            return self.async_show_form(
                step_id="ssdp_confirm",
                description_placeholders={**names, "host": self._address.host},
            )
        self._address = await async_locate(self._address.host, Security.AUTOMATIC)
        return await self._async_log_in(self._ask_for_host)

    # Who we are

    async def _async_log_in(self, failed: Callable[[str], ConfigFlowResult]) -> ConfigFlowResult:
        """Connect; ask for a password if the GX does. Other problems are told by `failed`."""
        try:
            async with gx_link(self._address):
                pass
        except GxConnectError as error:
            if error.problem is not GxProblem.REFUSED:
                return failed(error.problem)
            return await self.async_step_login()
        return await self._async_identify()

    async def async_step_login(self, _user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Let the owner choose how to log in, where the GX leaves a choice."""
        if not (self._pairing_possible and self._address.encrypted):
            return await self.async_step_password()
        return self.async_show_menu(
            step_id="login",
            menu_options=["pair", "password"],
            description_placeholders={"host": self._address.host},
        )

    async def async_step_password(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the password of the GX."""
        error = None
        if user_input is not None:
            self._address = self._address.with_login(
                user_input.get(CONF_USERNAME), user_input[CONF_PASSWORD]
            )
            if (error := await self._async_problem()) is None:
                return await self._async_identify()
        schema = as_schema(
            {
                vol.Required(CONF_PASSWORD): TextSelector(
                    TextSelectorConfig(type=TextSelectorType.PASSWORD)
                ),
                vol.Optional(CONF_USERNAME): TextSelector(),
            }
        )
        return self.async_show_form(
            step_id="password" if self._address.encrypted else "password_readable",
            data_schema=schema,
            errors={"base": error} if error else {},
            description_placeholders={"host": self._address.host},
        )

    async def async_step_password_readable(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the password, and say that it travels unencrypted."""
        return await self.async_step_password(user_input)

    async def async_step_pair(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Have the GX make a password for us alone."""
        error = None
        if user_input is not None:
            try:
                login = await async_pair(self.hass, self._address.host)
            except PairingError as failure:
                error = failure.key
            else:
                self._address = self._address.with_login(*login)
                if (error := await self._async_problem()) is None:
                    return await self._async_identify()
        return self.async_show_form(
            step_id="pair",
            errors={"base": error} if error else {},
            description_placeholders={"host": self._address.host},
        )

    async def _async_problem(self) -> str | None:
        """Try to connect; give the key of what keeps us from it."""
        try:
            async with gx_link(self._address):
                return None
        except GxConnectError as error:
            return error.problem

    # Logging in again

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Ask the owner what only the owner knows: the GX does not let us in any more."""
        self._address = GxAddress.from_data(self._get_reauth_entry().data)
        if entry_data.get(CONF_PROBLEM) == GxProblem.CERTIFICATE:
            return await self.async_step_certificate()
        return await self.async_step_login()

    async def async_step_certificate(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Have the owner confirm that the GX may show another certificate from now on."""
        error = None
        if user_input is not None:
            known = self._address
            try:
                located = await async_locate(known.host, Security.TLS)
            except GxConnectError as failure:
                error = failure.problem
            else:
                self._address = located.with_login(known.username, known.password)
                return await self._async_log_in(self._ask_for_host)
        return self.async_show_form(
            step_id="certificate",
            errors={"base": error} if error else {},
            description_placeholders={"host": self._address.host},
        )

    # What comes of it

    async def _async_identify(self) -> ConfigFlowResult:
        """Learn from the broker itself which GX it belongs to."""
        way = direct_way(self._address)
        found = await async_search(self.hass, way.connect)
        expected = self._expected_id()
        ids = [item for item in found.portal_ids if expected in (None, item)]
        if not found.portal_ids and expected is not None:
            # Nothing retained, but we know whom to ask.
            check = await async_check_site(self.hass, expected, way.connect)
            ids = [expected] if check.heard else []
        if len(ids) == 1:
            if self.source in (SOURCE_REAUTH, SOURCE_RECONFIGURE):
                return self._change_way(way, ids[0])
            return await self._async_reached(way, ids[0], found)
        if ids:
            return self._ask_for_host("several_gx")
        return self._ask_for_host("other_gx" if found.portal_ids else "no_gx_there")

    def _expected_id(self) -> str | None:
        if self.source == SOURCE_REAUTH:
            return self._get_reauth_entry().unique_id
        if self.source == SOURCE_RECONFIGURE:
            return self._get_reconfigure_entry().unique_id
        return self.unique_id if self.source == SOURCE_SSDP else None

    def _change_way(self, way: Way, portal_id: str) -> ConfigFlowResult:
        """Reach an existing site in this way. The site notices and reloads by itself."""
        entry = (
            self._get_reauth_entry()
            if self.source == SOURCE_REAUTH
            else self._get_reconfigure_entry()
        )
        other = self.hass.config_entries.async_entry_for_domain_unique_id(self.handler, portal_id)
        if other is not None and other.entry_id != entry.entry_id:
            return self.async_abort(reason="already_configured")
        data = {**_still_needed(entry), **way.data, CONF_PORTAL_ID: portal_id}
        if self.source == SOURCE_REAUTH:
            # A new password changes no way in: the GX may be known for its chargers only.
            data = {**entry.data, **data, CONF_SOURCE: source_of(entry.data)}
        if data == entry.data:
            # Nothing to notice, but a connection that was refused has to be made anew.
            self.hass.config_entries.async_schedule_reload(entry.entry_id)
        return self.async_update_and_abort(entry, data=data, unique_id=portal_id)


def _still_needed(entry: ConfigEntry) -> dict[str, Any]:
    """Give what a site's chargers need of its data, however the site itself is reached."""
    chargers = entry.get_subentries_of_type(CHARGER)
    if all(source_of(charger.data) != SOURCE_DIRECT for charger in chargers):
        return {}
    return {key: value for key, value in entry.data.items() if key in CONNECTION_DATA}


def _moved(entry: ConfigEntry | None, host: str) -> dict[str, Any] | None:
    """Give the changed data of a site whose GX has another address now.

    A name that the owner typed is kept: it leads to the new address by itself.
    """
    if entry is None or entry.source == SOURCE_IGNORE or CONF_HOST not in entry.data:
        return None
    try:
        ipaddress.ip_address(entry.data[CONF_HOST])
    except ValueError:
        return None
    return {CONF_HOST: host}
