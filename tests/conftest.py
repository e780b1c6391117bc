"""What all tests share: nothing but the import that makes our custom_components the one found.

Home Assistant's test plugin puts a folder of its own first on sys.path, and in it another
`custom_components`. Ours wins because it is already imported by then. Fixtures that start a Home
Assistant belong to tests/integration, so that pure tests do not pay for them.
"""

from custom_components.victron_openevse.const import DOMAIN

__all__ = ["DOMAIN"]
