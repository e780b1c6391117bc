"""The demo: a real Home Assistant, a real MQTT broker and a house on a desk, on this computer alone.

`scripts/demo` runs this package. It starts everything as child processes bound to 127.0.0.1, walks
the integration's own config flow as a user would, and shows what the house does until it is
stopped. `--smoke` and `--check` measure instead of showing.
"""
