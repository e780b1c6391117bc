"""What all tests share: the import that makes our custom_components the one found, and a profile.

Home Assistant's test plugin puts a folder of its own first on sys.path, and in it another
`custom_components`. Ours wins because it is already imported by then. Fixtures that start a Home
Assistant belong to tests/integration, so that pure tests do not pay for them.
"""

from hypothesis import settings

from custom_components.victron_openevse.const import DOMAIN

__all__ = ["DOMAIN"]

# `--hypothesis-profile=thorough`: tests/control/examples.py goes by the name.
settings.register_profile("thorough")
