"""Writes what a live Home Assistant needs beside its own wheel, from the manifests it ships.

Run by the Python of the live virtualenv:

    live_requirements.py REQUIREMENTS CONSTRAINTS

Home Assistant installs the requirements of an integration when it sets it up. The demo runs it with
`--skip-pip`, so that it starts without a network, and installs them beforehand instead.
"""

import json
import pathlib
import sys

import homeassistant
from homeassistant.bootstrap import DEFAULT_INTEGRATIONS

PACKAGE = pathlib.Path(homeassistant.__file__).parent
OURS = pathlib.Path(__file__).parents[2] / "custom_components" / "victron_openevse"
# What the demo's configuration sets up on top of what every Home Assistant does.
DEMO_INTEGRATIONS = ("config", "energy", "history", "logbook", "mqtt", "recorder", "sun")
# Home Assistant's own integrations for the same devices, whose entities are one way in. Their
# libraries appear daily and not every package index keeps up, so the newest up to the one that the
# manifest names is taken.
DEVICE_INTEGRATIONS = ("openevse", "victron_gx")
# The MQTT config flow imports hassio's client without depending on it; Supervisor is not used.
EXTRA_INTEGRATIONS = ("hassio",)
# Optional accelerators; without them Home Assistant logs a warning at every start.
ACCELERATORS = ("isal", "zlib-ng")


def read_manifest(folder: pathlib.Path) -> dict[str, list[str]]:
    """Return the manifest of the integration in a folder."""
    loaded: dict[str, list[str]] = json.loads((folder / "manifest.json").read_text())
    return loaded


def manifest(domain: str) -> dict[str, list[str]]:
    """Return the manifest of a core integration."""
    return read_manifest(PACKAGE / "components" / domain)


def with_dependencies(domains: tuple[str, ...]) -> set[str]:
    """Return the domains and everything they depend on."""
    found: set[str] = set()
    todo = list(domains)
    while todo:
        domain = todo.pop()
        if domain not in found:
            found.add(domain)
            todo += manifest(domain).get("dependencies", [])
    return found


def requirements() -> set[str]:
    """Return the pip requirements of everything the demo sets up."""
    domains = with_dependencies((*DEFAULT_INTEGRATIONS, *DEMO_INTEGRATIONS))
    found = {*ACCELERATORS, *read_manifest(OURS)["requirements"]}
    for domain in (*domains, *EXTRA_INTEGRATIONS):
        found |= set(manifest(domain).get("requirements", []))
    for domain in DEVICE_INTEGRATIONS:
        found |= {one.replace("==", "<=") for one in manifest(domain).get("requirements", [])}
    return found


def main() -> None:
    """Write the two files named on the command line."""
    target, constraints = (pathlib.Path(name) for name in sys.argv[1:3])
    target.write_text("\n".join(sorted(requirements())) + "\n")
    constraints.write_text((PACKAGE / "package_constraints.txt").read_text())


if __name__ == "__main__":
    main()
