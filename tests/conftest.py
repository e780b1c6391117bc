"""What all tests share: the import that makes our custom_components the one found, and a profile.

Home Assistant's test plugin puts a folder of its own first on sys.path, and in it another
`custom_components`. Ours wins because it is already imported by then. Fixtures that start a Home
Assistant belong to tests/integration, so that pure tests do not pay for them.
"""

import logging

from hypothesis import settings

from custom_components.victron_openevse.const import DOMAIN

__all__ = ["DOMAIN"]

# Home Assistant's test plugin has every statement to its database written out, which is never read.
logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)

# `--hypothesis-profile=thorough`: tests/control/examples.py goes by the name.
settings.register_profile("thorough")
