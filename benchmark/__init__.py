"""Measurements of the law: what a decision costs and what it is worth."""
