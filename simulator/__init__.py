"""A house on a desk: physics in one-second steps, and emulated devices that speak the real MQTT contracts.

Everything here is independent of Home Assistant and of the integration's own reading of the
topics: the emulators are a second reading of the same contracts, so that a mistake in one shows.
Words and signs: grid power + = import, battery power + = charging, all powers in watts.
"""
