"""Names shared by the whole integration."""

from datetime import timedelta
from typing import Final

DOMAIN: Final = "victron_openevse"

CHARGER: Final = "charger"
"""Type of the config subentry that holds one charger."""

CONF_BASE_TOPIC: Final = "base_topic"
CONF_CERTIFICATE: Final = "certificate"
CONF_ENTITIES: Final = "entities"
CONF_DEPARTURE_SOURCE: Final = "departure_source"
CONF_EXPORT_PRICE: Final = "export_price"
CONF_IMPORT_PRICE: Final = "import_price"
CONF_PORTAL_ID: Final = "portal_id"
CONF_SECURITY: Final = "security"
CONF_SITE: Final = "site"
CONF_SOURCE: Final = "source"
CONF_SUN_FORECASTS: Final = "sun_forecasts"
CONF_SUN_FORECAST_ENTITY: Final = "sun_forecast_entity"
CONF_URL: Final = "url"
CONF_VEHICLE_SOC: Final = "vehicle_soc"

SOURCE_MQTT: Final = "mqtt"
"""Read and steered over Home Assistant's own MQTT broker."""
SOURCE_DIRECT: Final = "direct"
"""Read and steered over the GX's own MQTT broker."""
SOURCE_ENTITIES: Final = "entities"
"""Read and steered through entities of other integrations."""
SOURCES: Final = (SOURCE_DIRECT, SOURCE_ENTITIES, SOURCE_MQTT)
"""Every way in."""

EVENT_SESSION: Final = f"{DOMAIN}_session"
"""Fired on Home Assistant's bus when a session starts or finishes."""
ATTR_KIND: Final = "kind"
"""Which of the two, as the event entity's type."""

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
