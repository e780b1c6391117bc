"""Makes the custom integration importable in tests, ahead of the pytest plugin's own folder."""
