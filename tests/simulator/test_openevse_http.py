"""The charger's HTTP and websocket side: its answers, and the library that Home Assistant uses on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from aiohttp import ClientResponse, ClientSession, ServerDisconnectedError, WSMsgType
from aiohttp.test_utils import TestClient, TestServer
from openevsehttp.__main__ import OpenEVSE
import pytest

from simulator.openevse_claims import ClaimClient
from simulator.openevse_http import OpenEvseHttp
from tests.simulator.openevse_bench import DEVICE_ID, Bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

API_CLIENT = 20
PATIENCE_S = 5.0


@pytest.fixture
def expected_lingering_timers() -> bool:
    """The library's websocket leaves the timer of its heartbeat behind."""
    return True


class Served(Bench):
    """A bench whose charger is served over HTTP too."""

    client_http: TestClient[Any, Any]

    async def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        async with self.client_http.request(method, path, json=body) as response:
            return response.status, await _content(response)

    async def form(self, path: str, **fields: str) -> tuple[int, Any]:
        async with self.client_http.post(path, data=fields) as response:
            return response.status, await _content(response)


async def _content(response: ClientResponse) -> Any:
    return await (response.json() if "json" in response.content_type else response.text())


@pytest.fixture
async def bench() -> AsyncIterator[Served]:
    served = Served()
    served.run(10)
    server = TestServer(OpenEvseHttp(served.charger).app)
    async with TestClient(server) as served.client_http:
        yield served


@pytest.fixture
async def library(bench: Served) -> AsyncIterator[OpenEVSE]:
    async with ClientSession() as session:
        server = bench.client_http.server
        evse = OpenEVSE(f"{server.host}:{server.port}", session=session)
        await evse.update()
        yield evse
        await evse.ws_disconnect()


# What it says


async def test_status_is_what_mqtt_says_in_one_document(bench: Served) -> None:
    bench.run(30)
    _code, status = await bench.ask("GET", "/status")
    for key in ("state", "vehicle", "amp", "voltage", "power", "pilot", "manual_override"):
        assert float(bench.last(key)) == status[key], key
    assert (status["state"], status["status"]) == (3, "active")
    assert status["claims_version"] == bench.charger.versions["claims"]


async def test_configuration_is_the_retained_document(bench: Served) -> None:
    _code, config = await bench.ask("GET", "/config")
    assert config["wifi_serial"] == DEVICE_ID.upper()
    assert config["version"] == "5.1.5"
    assert config["min_current_hard"] == 6
    assert config == bench.charger.config


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param({"max_current_soft": 20}, "done", id="a change"),
        pytest.param({"max_current_soft": 32}, "no change", id="the same"),
        pytest.param({"nobody_knows": 1}, "no change", id="unknown"),
    ],
)
async def test_settings_are_written(bench: Served, body: dict[str, int], message: str) -> None:
    before = bench.charger.versions["config"]
    code, reply = await bench.ask("POST", "/config", body)
    after = before + (message == "done")
    assert (code, reply) == (200, {"config_version": after, "msg": message})


# The manual override


async def test_override_is_written_whole_and_outranks_a_claim(bench: Served) -> None:
    bench.send("claim/set", '{"state":"active","charge_current":8}')
    assert await bench.ask("GET", "/override") == (200, {})
    created = await bench.ask("POST", "/override", {"charge_current": 16, "state": "active"})
    assert created == (201, {"msg": "Created"})
    assert bench.charger.pilot_a == 16
    await bench.ask("POST", "/override", {"state": "disabled"})
    override = (await bench.ask("GET", "/override"))[1]
    assert override == {"state": "disabled", "auto_release": True}
    assert bench.charger.pilot_a == 8
    assert bench.charger.target.state == "disabled"


async def test_override_is_told_on_mqtt(bench: Served) -> None:
    bench.forget()
    await bench.ask("POST", "/override", {"charge_current": 16, "auto_release": False})
    bench.broker.run()
    assert bench.last("override") == '{"charge_current":16,"auto_release":false}'
    assert bench.last("manual_override") == "1"


async def test_removing_an_override_is_an_error_when_there_is_none(bench: Served) -> None:
    refused = {"msg": "Failed to release manual override"}
    assert await bench.ask("DELETE", "/override") == (500, refused)
    await bench.ask("POST", "/override", {"state": "disabled"})
    assert await bench.ask("DELETE", "/override") == (200, {"msg": "Deleted"})
    assert bench.charger.target.state == "active"


async def test_override_toggles(bench: Served) -> None:
    states = []
    for _press in range(2):
        assert await bench.ask("PATCH", "/override") == (200, {"msg": "Updated"})
        states.append(bench.charger.target.state)
    assert states == ["disabled", "active"]


async def test_override_ends_with_the_session(bench: Served) -> None:
    await bench.ask("POST", "/override", {"charge_current": 16})
    bench.charger.unplug()
    bench.run(1)
    assert await bench.ask("GET", "/override") == (200, {})


@pytest.mark.parametrize("path", ["/override", "/claims/20"])
async def test_a_full_table_is_refused_in_words(bench: Served, path: str) -> None:
    for client in range(100, 110):
        await bench.ask("POST", f"/claims/{client}", {"state": "active"})
    code, reply = await bench.ask("POST", path, {"state": "disabled"})
    assert code >= 400
    assert "claim" in reply["msg"]


# Claims


async def test_claims_over_http_share_the_table_with_mqtt(bench: Served) -> None:
    bench.send("claim/set", '{"state":"active","charge_current":8,"auto_release":false}')
    done = await bench.ask("POST", f"/claims/{API_CLIENT}", {"max_current": 7})
    assert done == (200, {"msg": "done"})
    assert bench.charger.pilot_a == 7
    _code, claims = await bench.ask("GET", "/claims")
    mqtt = {"state": "active", "charge_current": 8, "auto_release": False}
    assert claims == [
        {"client": ClaimClient.MQTT, "priority": 500, **mqtt},
        {"client": API_CLIENT, "priority": 500, "max_current": 7, "auto_release": False},
    ]


async def test_target_names_who_decides(bench: Served) -> None:
    bench.send("claim/set", '{"state":"active","charge_current":8}')
    await bench.ask("POST", "/override", {"charge_current": 16})
    _code, target = await bench.ask("GET", "/claims/target")
    assert target == {
        "properties": {"state": "active", "charge_current": 16, "auto_release": False},
        "claims": {"state": ClaimClient.MQTT, "charge_current": ClaimClient.MANUAL},
    }


async def test_a_claim_is_read_and_released_by_its_number(bench: Served) -> None:
    path = f"/claims/{API_CLIENT}"
    missing = (404, {"msg": "Not found"})
    assert await bench.ask("GET", path) == missing
    assert await bench.ask("DELETE", path) == missing
    await bench.ask("POST", path, {"state": "disabled"})
    expected = {"priority": 500, "state": "disabled", "auto_release": False}
    assert await bench.ask("GET", path) == (200, expected)
    assert await bench.ask("DELETE", path) == (200, {"msg": "done"})
    assert bench.charger.target.state == "active"


# Limit, eco mode, shaper, restart, raw commands


async def test_session_limit(bench: Served) -> None:
    limit = {"type": "energy", "value": 5000, "auto_release": True}
    assert await bench.ask("GET", "/limit") == (200, {})
    assert await bench.ask("DELETE", "/limit") == (200, {"msg": "no limit"})
    assert await bench.ask("POST", "/limit", limit) == (201, {"msg": "done"})
    assert await bench.ask("GET", "/limit") == (200, limit)
    assert await bench.ask("DELETE", "/limit") == (200, {"msg": "done"})
    assert (await bench.ask("POST", "/limit", {"type": "?"}))[0] == 400


async def test_eco_mode_and_shaper_answer_in_plain_text(bench: Served) -> None:
    assert await bench.form("/divertmode", divertmode="2") == (200, "Divert Mode changed")
    assert bench.charger.divert_mode == 2
    assert await bench.form("/shaper", shaper="1") == (200, "Current Shaper state changed")
    assert bench.charger.shaper


async def test_raw_commands(bench: Served) -> None:
    code, reply = await bench.form("/r", json="1", rapi="$SC 12 V")
    assert (code, reply) == (200, {"cmd": "$SC 12 V", "ret": "$OK"})


@pytest.mark.parametrize(
    ("method", "path"),
    [
        pytest.param("POST", "/override", id="override"),
        pytest.param("POST", "/config", id="configuration"),
        pytest.param("POST", "/claims/20", id="claim"),
        pytest.param("POST", "/limit", id="limit"),
        pytest.param("POST", "/status", id="feed"),
    ],
)
@pytest.mark.parametrize("body", [["list"], 5, "text"])
async def test_what_is_no_object_is_refused(
    bench: Served, method: str, path: str, body: object
) -> None:
    assert (await bench.ask(method, path, body))[0] == 400
    assert bench.charger.running


async def test_a_state_that_is_no_text_crashes_the_gateway(bench: Served) -> None:
    with pytest.raises(ServerDisconnectedError):
        await bench.ask("POST", "/override", {"state": None})
    assert not bench.charger.running
    with pytest.raises(ServerDisconnectedError):
        await bench.ask("POST", "/config", {})
    bench.run(7)
    assert await bench.ask("GET", "/override") == (200, {})


async def test_restarting_the_gateway_forgets_its_claims(bench: Served) -> None:
    await bench.ask("POST", "/claims/20", {"state": "disabled"})
    restarted = await bench.ask("POST", "/restart", {"device": "gateway"})
    assert restarted == (200, {"msg": "restart gateway"})
    assert not bench.charger.running
    bench.run(7)
    assert await bench.ask("GET", "/claims") == (200, [])
    assert (await bench.ask("POST", "/restart", {"device": "roof"}))[0] == 404


# The websocket


async def test_websocket_gets_the_status_and_then_each_event_as_one_frame(bench: Served) -> None:
    async with bench.client_http.ws_connect("/ws") as socket:
        first = await socket.receive_json()
        assert first["state"] == 3
        assert "config_version" in first
        bench.run(1)
        assert (await socket.receive_json()).keys() == {"amp", "voltage", "power"}
        bench.send("claim/set", '{"charge_current":9}')
        assert await socket.receive_json() == {"pilot": 9}
        frame = await socket.receive_json()
        assert frame == {"claims_version": bench.charger.versions["claims"]}


async def test_override_moves_both_counters_in_one_frame(bench: Served) -> None:
    async with bench.client_http.ws_connect("/ws") as socket:
        await socket.receive_json()
        await bench.ask("POST", "/override", {"state": "active"})
        assert await socket.receive_json() == {"manual_override": 1}
        assert (await socket.receive_json()).keys() == {"claims_version", "override_version"}


async def test_websocket_answers_pings_and_nothing_else(bench: Served) -> None:
    async with bench.client_http.ws_connect("/ws") as socket:
        await socket.receive_json()
        for text in ("nonsense", "[]", '{"ping":"x"}', '{"ping":1}'):
            await socket.send_str(text)
        assert await socket.receive_json() == {"pong": 1}


async def test_websocket_breaks_when_the_gateway_restarts(bench: Served) -> None:
    async with bench.client_http.ws_connect("/ws") as socket:
        await socket.receive_json()
        bench.charger.reboot()
        assert (await socket.receive()).type in (WSMsgType.CLOSED, WSMsgType.ERROR)
    bench.run(7)
    async with bench.client_http.ws_connect("/ws") as socket:
        assert (await socket.receive_json())["uptime"] < 10


# The library of Home Assistant's own integration


async def test_library_reads_the_charger(bench: Served, library: OpenEVSE) -> None:
    assert await library.test_and_get() == {
        "serial": DEVICE_ID.upper(),
        "model": "openevse_wifi_v1",
    }
    assert library.state == "charging"
    assert library.status == "active"
    assert library.vehicle
    assert (library.min_amps, library.max_amps, library.max_current_soft) == (6, 32, 32)
    assert library.charging_voltage == bench.volts
    assert library.current_power == pytest.approx(bench.car.current_a * bench.volts, abs=1.0)
    assert await library.get_override_state() == "auto"


async def test_library_steers_by_override(bench: Served, library: OpenEVSE) -> None:
    await library.set_current(10)
    assert bench.charger.pilot_a == 10
    assert bench.charger.override is not None
    await library.set_override(state="disabled")
    assert bench.charger.override.properties.charge_current_a == 10
    assert await library.get_override_state() == "disabled"
    await library.set_current(12)
    assert bench.charger.target == ("disabled", 12)
    await library.clear_override()
    assert bench.charger.target == ("active", 32)


async def test_library_hears_the_websocket(bench: Served, library: OpenEVSE) -> None:
    heard: asyncio.Queue[int | None] = asyncio.Queue()
    library.callback = lambda: heard.put_nowait(library.current_capacity)
    await library.ws_start()
    async with asyncio.timeout(PATIENCE_S):
        assert await heard.get() == 32
        bench.send("claim/set", '{"charge_current":9}')
        while await heard.get() != 9:
            pass


async def test_library_uses_claims_limit_and_switches(bench: Served, library: OpenEVSE) -> None:
    await library.make_claim(state="active", charge_current=14)
    assert bench.charger.pilot_a == 14
    assert await library.get_charge_current() == 14
    await library.release_claim()
    await library.set_limit("energy", 3000)
    assert bench.charger.limit.value == 3000
    await library.set_divert_mode("eco")
    assert bench.charger.divert_mode == 2
    await library.set_shaper(enable=True)
    assert bench.charger.shaper
    await library.restart_wifi()
    assert not bench.charger.running
