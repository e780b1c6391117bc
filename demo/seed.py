"""The folder of a Home Assistant whose owner has already been through the first-start questions.

Written into `.storage` before the start: the owner (demo / demo), a token for this program, the
page's port on the loopback interface, the fictional home, and, if any, the user's MQTT broker. The
integration is not here: it is set up afterwards through its config flow. Keys and ids are random
in each run.
"""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
import secrets
import shutil
from typing import Any, Final

import bcrypt
import jwt

from simulator.weather import Place

from .ports import LOOPBACK

USER: Final = "demo"
PASSWORD: Final = "demo"  # noqa: S105 - printed on the terminal; the page is on loopback only
TOKEN_LIFETIME: Final = timedelta(days=30)
"""Longer than any demo runs."""
BCRYPT_ROUNDS: Final = 4
"""The cheapest: the password is public."""
CLIENT_NAME: Final = "scripts/demo"
HOME_ASSISTANT_FILES: Final = Path(__file__).parent / "home_assistant"
PROBE: Final = "demo_probe"
PROBE_FILES: Final = Path(__file__).parent / "probe"


class _Storage:
    """Home Assistant's `.storage` folder."""

    def __init__(self, config: Path) -> None:
        self._folder = config / ".storage"
        self._folder.mkdir(parents=True)
        self.now = datetime.now(UTC)

    def write(
        self, key: str, data: Mapping[str, Any], version: int = 1, minor_version: int = 1
    ) -> None:
        """Write one store in the shape that Home Assistant's Store reads."""
        store = {"version": version, "minor_version": minor_version, "key": key, "data": data}
        (self._folder / key).write_text(json.dumps(store, indent=2))


def _write_owner(storage: _Storage) -> str:
    """Create the owner and return a long-lived access token."""
    user, credential, token_id = (secrets.token_hex(16) for _ in range(3))
    key = secrets.token_hex(64)
    hashed = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(BCRYPT_ROUNDS))
    login = {"username": USER, "password": base64.b64encode(hashed).decode()}
    storage.write("onboarding", {"done": ["user", "core_config", "analytics", "integration"]}, 4)
    storage.write("auth_provider.homeassistant", {"users": [login]})
    storage.write(
        "auth",
        {
            "users": [_user(user)],
            "groups": [
                {"id": "system-admin", "name": "Administrators"},
                {"id": "system-users", "name": "Users"},
                {"id": "system-read-only", "name": "Read Only"},
            ],
            "credentials": [_credential(credential, user)],
            "refresh_tokens": [_refresh_token(token_id, user, key, storage.now)],
        },
    )
    issued = int(storage.now.timestamp())
    claims = {"iss": token_id, "iat": issued, "exp": issued + int(TOKEN_LIFETIME.total_seconds())}
    return jwt.encode(claims, key, algorithm="HS256")


def _user(user: str) -> dict[str, Any]:
    return {
        "id": user,
        "group_ids": ["system-admin"],
        "is_owner": True,
        "is_active": True,
        "name": "Demo",
        "system_generated": False,
        "local_only": False,
    }


def _credential(credential: str, user: str) -> dict[str, Any]:
    return {
        "id": credential,
        "user_id": user,
        "auth_provider_type": "homeassistant",
        "auth_provider_id": None,
        "data": {"username": USER},
    }


def _refresh_token(token_id: str, user: str, key: str, now: datetime) -> dict[str, Any]:
    return {
        "id": token_id,
        "user_id": user,
        "client_id": None,
        "client_name": CLIENT_NAME,
        "client_icon": None,
        "token_type": "long_lived_access_token",
        "created_at": now.isoformat(),
        "access_token_expiration": TOKEN_LIFETIME.total_seconds(),
        "token": secrets.token_hex(64),
        "jwt_key": key,
        "last_used_at": None,
        "last_used_ip": None,
        "expire_at": None,
        "credential_id": None,
        "version": None,
    }


def _write_home(storage: _Storage, place: Place, port: int) -> None:
    home = {
        "latitude": place.latitude,
        "longitude": place.longitude,
        "elevation": 0,
        "unit_system_v2": "metric",
        "location_name": "Demo home",
        "time_zone": place.time_zone,
        "external_url": None,
        "internal_url": f"http://{LOOPBACK}:{port}",
        "currency": "EUR",
        # Of no consequence, but Home Assistant asks for one.
        "country": "NL",
        "language": "en",
        "radius": 100,
    }
    storage.write("core.config", home, 1, 4)
    storage.write("core.analytics", {"onboarded": True, "preferences": {}, "uuid": None})


def _write_page(storage: _Storage, port: int) -> None:
    """Bind the page to the loopback interface.

    Store version 2.2 is of 2026.8 to 2026.10; later releases migrate it, earlier ones cannot read
    a newer one.
    """
    stable = {
        "server_host": [LOOPBACK],
        "server_port": port,
        "cors_allowed_origins": ["https://cast.home-assistant.io"],
        "login_attempts_threshold": -1,
        "ip_ban_enabled": False,
        "ssl_profile": "modern",
        "use_x_frame_options": True,
        "created_at": storage.now.isoformat(),
        "error": None,
        "error_message": None,
    }
    storage.write("http", {"stable": stable, "pending": None, "yaml_migration_done": True}, 2, 2)


def _entry(domain: str, title: str, now: datetime, **fields: Any) -> dict[str, Any]:
    """A config entry as stored; `fields` replace the defaults."""
    defaults: dict[str, Any] = {
        "created_at": now.isoformat(),
        "modified_at": now.isoformat(),
        "data": {},
        "disabled_by": None,
        "discovery_keys": {},
        "domain": domain,
        "entry_id": secrets.token_hex(16),
        "minor_version": 1,
        "options": {},
        "pref_disable_new_entities": False,
        "pref_disable_polling": False,
        "source": "user",
        "subentries": [],
        "title": title,
        "unique_id": None,
        "version": 1,
    }
    return defaults | fields


def _write_entries(storage: _Storage, broker_port: int | None) -> None:
    entries = [_entry("sun", "Sun", storage.now, source="import")]
    if broker_port is not None:
        broker = {"broker": LOOPBACK, "port": broker_port, "protocol": "5"}
        entries.append(_entry("mqtt", "MQTT broker", storage.now, data=broker, version=2))
    storage.write("core.config_entries", {"entries": entries}, 1, 5)


def seed(
    config: Path,
    *,
    place: Place,
    port: int,
    broker_port: int | None,
    integrations: Path,
    probe: bool = False,
) -> str:
    """Fill the new folder `config` and return an access token of the owner.

    `broker_port` None leaves Home Assistant without MQTT; `integrations` is the custom_components
    folder to run; `probe` adds the one that measures the event loop.
    """
    storage = _Storage(config)
    token = _write_owner(storage)
    _write_home(storage, place, port)
    _write_page(storage, port)
    _write_entries(storage, broker_port)
    shutil.copy(HOME_ASSISTANT_FILES / "configuration.yaml", config)
    (config / "dashboards").mkdir()
    _link_integrations(config, integrations, probe=probe)
    return token


def _link_integrations(config: Path, integrations: Path, *, probe: bool) -> None:
    folder = config / "custom_components"
    if not probe:
        folder.symlink_to(integrations)
        return
    folder.mkdir()
    for integration in integrations.iterdir():
        (folder / integration.name).symlink_to(integration)
    (folder / PROBE).symlink_to(PROBE_FILES)
    with (config / "configuration.yaml").open("a") as settings:
        settings.write(f"{PROBE}:\n")
