"""Names shared by the whole integration."""

from typing import Final

DOMAIN: Final = "victron_openevse"

CHARGER: Final = "charger"
"""Type of the config subentry that holds one charger."""

CONF_BASE_TOPIC: Final = "base_topic"
CONF_PORTAL_ID: Final = "portal_id"
CONF_SITE: Final = "site"
CONF_SOURCE: Final = "source"
CONF_URL: Final = "url"

SOURCE_MQTT: Final = "mqtt"
"""The site is read over Home Assistant's own MQTT broker."""
