"""Walking a config flow as a user does who accepts what every form proposes."""

from collections.abc import Mapping
from typing import Any, cast

import pytest

from demo.hass import HomeAssistant
from demo.install import ENTITIES, FLOWS, MQTT, SUBENTRY_FLOWS, answers, install
from demo.talk import DemoError

CREATED = {"type": "create_entry", "result": {"entry_id": "site"}}
CHARGER = {"subentry_type": "charger"}


def form(flow_id: str = "f1", **fields: Any) -> dict[str, Any]:
    return {"type": "form", "step_id": "confirm", "flow_id": flow_id, **fields}


class FakeHass:
    """Home Assistant by script: what it answers to each request, in order."""

    def __init__(self, script: Mapping[str, list[Any]]) -> None:
        self.script = {key: list(answers) for key, answers in script.items()}
        self.sent: list[tuple[str, Any]] = []

    async def get(self, path: str) -> Any:
        return self.script[f"get {path}"].pop(0)

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        self.sent.append((path, dict(body)))
        return self.script[path].pop(0)

    async def command(self, kind: str, **_fields: Any) -> Any:
        return self.script[kind].pop(0)


async def run(script: Mapping[str, list[Any]], way: str = MQTT) -> FakeHass:
    hass = FakeHass(script)
    await install(cast(HomeAssistant, hass), way)
    return hass


@pytest.mark.parametrize(
    ("field", "answer"),
    [
        pytest.param({"name": "a", "default": 3}, {"a": 3}, id="default"),
        pytest.param({"name": "a", "description": {"suggested_value": "x"}}, {"a": "x"}, id="suggestion"),
        pytest.param(
            {"name": "a", "required": True, "selector": {"select": {"options": [{"value": "v"}]}}},
            {"a": "v"},
            id="first-choice-of-a-selector",
        ),
        pytest.param(
            {"name": "a", "required": True, "options": [["v", "Label"]]},
            {"a": "v"},
            id="first-choice-of-a-list",
        ),
        pytest.param({"name": "a", "optional": True}, {}, id="left-to-the-user"),
    ],
)  # fmt: skip
def test_answer_is_what_the_form_proposes(field: dict[str, Any], answer: dict[str, Any]) -> None:
    assert answers(form(data_schema=[field])) == answer


def test_rejected_answer_is_told_and_not_sent_again() -> None:
    with pytest.raises(DemoError, match="no_gx"):
        answers(form(errors={"base": "no_gx"}))


async def test_site_with_charger_is_set_up_in_one_flow() -> None:
    hass = await run(
        {
            FLOWS: [form()],
            f"{FLOWS}/f1": [CREATED],
            "config_entries/subentries/list": [[CHARGER], [CHARGER]],
        }
    )
    assert hass.sent == [(FLOWS, {"handler": "victron_openevse"}), (f"{FLOWS}/f1", {})]


@pytest.mark.parametrize(
    ("way", "chosen"),
    [
        pytest.param(ENTITIES, "entities", id="wanted-way"),
        pytest.param("pigeon", "direct", id="first-when-the-wanted-is-missing"),
    ],
)
@pytest.mark.parametrize(
    "options",
    [
        pytest.param(["direct", "entities"], id="names"),
        pytest.param({"direct": "Directly", "entities": "From entities"}, id="with-labels"),
    ],
)
async def test_menu_takes_the_wanted_way_in(options: Any, way: str, chosen: str) -> None:
    menu = {"type": "menu", "flow_id": "f1", "menu_options": options}
    hass = await run(
        {
            FLOWS: [menu],
            f"{FLOWS}/f1": [CREATED],
            "config_entries/subentries/list": [[CHARGER], [CHARGER]],
        },
        way,
    )
    assert hass.sent[-1] == (f"{FLOWS}/f1", {"next_step_id": chosen})


async def test_charger_among_the_discovered_devices_is_added() -> None:
    hass = await run(
        {
            FLOWS: [form()],
            f"{FLOWS}/f1": [CREATED],
            "config_entries/subentries/list": [[], [CHARGER]],
            "config_entries/flow/progress": [
                [
                    {"flow_id": "f2", "handler": "victron_openevse"},
                    {"flow_id": "f3", "handler": "another"},
                ]
            ],
            f"get {FLOWS}/f2": [form("f2")],
            f"{FLOWS}/f2": [{"type": "abort", "reason": "charger_added"}],
        }
    )
    assert hass.sent[-1] == (f"{FLOWS}/f2", {})


async def test_charger_is_added_by_hand_when_nothing_was_discovered() -> None:
    hass = await run(
        {
            FLOWS: [form()],
            f"{FLOWS}/f1": [CREATED],
            "config_entries/subentries/list": [[], []],
            "config_entries/flow/progress": [[]],
            SUBENTRY_FLOWS: [form("f4")],
            f"{SUBENTRY_FLOWS}/f4": [{"type": "create_entry"}],
        }
    )
    assert hass.sent[-2] == (SUBENTRY_FLOWS, {"handler": ["site", "charger"]})


@pytest.mark.parametrize(
    ("last", "words"),
    [
        pytest.param({"type": "abort", "reason": "mqtt_not_configured"}, "mqtt_not", id="abort"),
        pytest.param({"type": "external"}, "unexpected", id="unknown-step"),
    ],
)
async def test_flow_that_ends_elsewhere_is_told(last: dict[str, Any], words: str) -> None:
    with pytest.raises(DemoError, match=words):
        await run({FLOWS: [last | {"flow_id": "f1"}]})


async def test_flow_that_never_ends_is_given_up() -> None:
    with pytest.raises(DemoError, match="does not end"):
        await run({FLOWS: [form()], f"{FLOWS}/f1": [form()] * 100})
