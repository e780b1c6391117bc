"""A site that is set up: logging in again, reaching it in another way, chargers on the GX's broker."""

import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.victron_openevse import gx_address
from custom_components.victron_openevse.const import CHARGER, DOMAIN
from custom_components.victron_openevse.gx_address import GxProblem
from custom_components.victron_openevse.gx_transport import CONF_PROBLEM

from .conftest import BASE, CHARGER_ID, PORTAL, SERIAL, Gx
from .gx_forms import (
    HERE,
    OTHER,
    _impatient,
    _nobody_there,
    direct_data,
    server,
    site,
    tls_server,
)
from .gx_server import GxServer, SocketGx, certificate, socket_charger
from .test_config_flow import choose, submit

__all__ = ["_impatient", "_nobody_there", "server", "tls_server"]

OTHER_CERTIFICATE = "a certificate"

# Another password or certificate


async def reauth(hass: HomeAssistant, entry: MockConfigEntry, problem: GxProblem) -> dict[str, Any]:
    """Have the owner log in again."""
    entry.async_start_reauth(hass, data={CONF_PROBLEM: problem.value})
    await hass.async_block_till_done()
    (flow,) = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    return dict(await hass.config_entries.flow.async_configure(flow["flow_id"]))


async def test_another_password(hass: HomeAssistant, tls_server: GxServer) -> None:
    SocketGx(tls_server)
    entry = site(direct_data(tls_server, password="old"), hass)
    result = await choose(hass, await reauth(hass, entry, GxProblem.REFUSED), "password")
    result = await submit(hass, result, {"password": "secret"})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    assert dict(entry.data) == direct_data(tls_server, password="secret")


async def test_a_gx_that_retains_nothing_is_asked(
    hass: HomeAssistant, tls_server: GxServer
) -> None:
    SocketGx(tls_server)
    tls_server.publish(f"N/{PORTAL}/system/0/Serial", "", retain=True)
    entry = site(direct_data(tls_server, password="old"), hass)
    result = await choose(hass, await reauth(hass, entry, GxProblem.REFUSED), "password")
    result = await submit(hass, result, {"password": "secret"})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reauth_successful")


@pytest.mark.usefixtures("gx")
async def test_a_new_password_changes_no_way_in(hass: HomeAssistant, tls_server: GxServer) -> None:
    """A site read over Home Assistant's broker may know its GX for a charger's sake."""
    SocketGx(tls_server)
    known = {**direct_data(tls_server, password="old"), "source": "mqtt"}
    entry = site(known, hass, "direct")
    result = await choose(hass, await reauth(hass, entry, GxProblem.REFUSED), "password")
    await submit(hass, result, {"password": "secret"})
    assert dict(entry.data) == {**known, "password": "secret"}


async def test_the_same_password_again(hass: HomeAssistant, tls_server: GxServer) -> None:
    """The GX was set to what Home Assistant knows: the connection is made anew all the same."""
    SocketGx(tls_server)
    entry = site(direct_data(tls_server, password="secret"), hass)
    result = await choose(hass, await reauth(hass, entry, GxProblem.REFUSED), "password")
    with patch.object(hass.config_entries, "async_schedule_reload") as reload:
        await submit(hass, result, {"password": "secret"})
    reload.assert_called_once_with(entry.entry_id)


async def test_another_certificate(
    hass: HomeAssistant, tls_server: GxServer, tmp_path: Path
) -> None:
    SocketGx(tls_server)
    entry = site(direct_data(tls_server, password="secret"), hass)
    await tls_server.stop()
    tls_server.pem = certificate(tmp_path, "new")
    result = await reauth(hass, entry, GxProblem.CERTIFICATE)
    assert (result["step_id"], result["errors"]) == ("certificate", {})
    result = await submit(hass, result)
    assert result["errors"] == {"base": "gx_unreachable"}
    await tls_server.start()
    result = await submit(hass, result)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    assert dict(entry.data) == direct_data(tls_server, password="secret")


async def test_another_gx_is_not_taken_for_the_site_s(
    hass: HomeAssistant, tls_server: GxServer
) -> None:
    SocketGx(tls_server, OTHER)
    entry = site(direct_data(tls_server, password="old"), hass)
    result = await choose(hass, await reauth(hass, entry, GxProblem.REFUSED), "password")
    result = await submit(hass, result, {"password": "secret"})
    assert (result["step_id"], result["errors"]) == ("direct", {"base": "other_gx"})
    assert entry.data["password"] == "old"


# Another way


async def reconfigure(hass: HomeAssistant, entry: MockConfigEntry, option: str) -> dict[str, Any]:
    """Choose how the site is reached from now on."""
    return await choose(hass, dict(await entry.start_reconfigure_flow(hass)), option)


async def test_from_home_assistant_s_broker_to_the_gx(
    hass: HomeAssistant, server: GxServer
) -> None:
    SocketGx(server)
    entry = site({"source": "mqtt", "portal_id": PORTAL}, hass, chargers="mqtt")
    result = await submit(hass, await reconfigure(hass, entry, "direct"), HERE)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert dict(entry.data) == direct_data(server)
    assert entry.subentries[CHARGER_ID].data["source"] == "mqtt"


@pytest.mark.parametrize(
    ("chargers", "kept"),
    [
        pytest.param("direct", True, id="its charger stays on the GX"),
        pytest.param("mqtt", False, id="nobody needs the GX's broker"),
    ],
)
async def test_from_the_gx_to_home_assistant_s_broker(
    hass: HomeAssistant, gx: Gx, server: GxServer, chargers: str, kept: bool
) -> None:
    entry = site(direct_data(server, password="secret"), hass, chargers)
    result = await submit(hass, await reconfigure(hass, entry, "listen"))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert entry.data["source"] == "mqtt"
    assert ("password" in entry.data, "host" in entry.data) == (kept, kept)


async def test_another_address_with_the_known_password(
    hass: HomeAssistant, tls_server: GxServer
) -> None:
    SocketGx(tls_server)
    entry = site(direct_data(tls_server, host="192.0.2.1", password="secret"), hass)
    result = await reconfigure(hass, entry, "direct")
    (host,) = [key for key in result["data_schema"].schema if key == "host"]
    assert host.default() == "192.0.2.1"
    result = await submit(hass, result, HERE)
    assert result["reason"] == "reconfigure_successful"
    assert dict(entry.data) == direct_data(tls_server, password="secret")


async def test_a_password_sent_encrypted_so_far_is_not_sent_in_the_open(
    hass: HomeAssistant, server: GxServer
) -> None:
    SocketGx(server)
    server.password = "secret"
    entry = site(direct_data(server, certificate="a certificate", password="secret"), hass)
    result = await submit(hass, await reconfigure(hass, entry, "direct"), HERE)
    assert result["step_id"] == "password_readable"
    assert server.logins == [(None, None)]


@pytest.mark.parametrize(
    ("encrypted", "known", "step_id"),
    [
        pytest.param(True, {"certificate": OTHER_CERTIFICATE}, "login", id="another certificate"),
        pytest.param(
            False,
            {"host": "192.0.2.1"},
            "password_readable",
            id="another address without encryption",
        ),
    ],
)
async def test_the_known_password_is_told_to_no_stranger(
    hass: HomeAssistant,
    server: GxServer,
    tls_server: GxServer,
    encrypted: bool,
    known: dict[str, str],
    step_id: str,
) -> None:
    there = tls_server if encrypted else server
    SocketGx(there)
    there.password = "other"
    entry = site(direct_data(there, **known, password="secret"), hass)
    here = {**HERE, "security": "tls" if encrypted else "plain"}
    result = await submit(hass, await reconfigure(hass, entry, "direct"), here)
    assert result["step_id"] == step_id
    assert there.logins == [(None, None)]


async def test_entities_give_way_to_the_gx(hass: HomeAssistant, server: GxServer) -> None:
    """A site of entities may not know its GX; then it becomes that of the GX that answers."""
    SocketGx(server)
    entry = MockConfigEntry(domain=DOMAIN, data={"source": "entities", "entities": {}})
    entry.add_to_hass(hass)
    result = dict(await entry.start_reconfigure_flow(hass))
    assert result["menu_options"] == ["reconfigure_entities", "direct"]
    result = await submit(hass, await choose(hass, result, "direct"), HERE)
    assert result["reason"] == "reconfigure_successful"
    assert (entry.unique_id, dict(entry.data)) == (PORTAL, direct_data(server))


async def test_entities_do_not_become_a_second_site(hass: HomeAssistant, server: GxServer) -> None:
    SocketGx(server)
    site({"source": "mqtt", "portal_id": PORTAL}, hass)
    entry = MockConfigEntry(domain=DOMAIN, data={"source": "entities", "entities": {}})
    entry.add_to_hass(hass)
    result = await submit(hass, await reconfigure(hass, entry, "direct"), HERE)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")


# A charger on the broker of the GX


async def test_a_charger_is_added_over_the_gx(hass: HomeAssistant, server: GxServer) -> None:
    socket_charger(server)
    entry = site(direct_data(server), hass)
    flows = hass.config_entries.subentries
    result: Any = await flows.async_init((entry.entry_id, CHARGER), context={"source": SOURCE_USER})
    assert result["menu_options"] == ["direct", "entities"]
    result = await flows.async_configure(result["flow_id"], {"next_step_id": "direct"})
    assert (result["step_id"], result["description_placeholders"]["found"]) == ("direct", "1")
    result = await flows.async_configure(result["flow_id"], {"base_topic": BASE})
    assert (result["type"], result["title"]) == (FlowResultType.CREATE_ENTRY, BASE)
    (subentry,) = entry.subentries.values()
    assert (subentry.unique_id, subentry.data["source"]) == (SERIAL, "direct")
    result = await flows.async_init(
        (entry.entry_id, CHARGER),
        context={"source": SOURCE_RECONFIGURE, "subentry_id": subentry.subentry_id},
    )
    result = await flows.async_configure(result["flow_id"], {"base_topic": BASE})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert subentry.data["source"] == "direct"


def test_the_manifest_asks_for_a_gx() -> None:
    """The words are those that Home Assistant's own integration listens to."""
    folder = Path(gx_address.__file__).parent
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["ssdp"] == [
        {"X_MqttOnLan": "1", "manufacturer": "Victron Energy"},
        {"X_MqttTokenPairing": "1", "manufacturer": "Victron Energy"},
    ]
    assert any(item.startswith("aiomqtt==") for item in manifest["requirements"])
