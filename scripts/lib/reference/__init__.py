"""Writes the reference of entities, actions, reasons and events from the code that makes them."""
