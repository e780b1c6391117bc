"""A site: Victron GX readings and ESS commands."""
