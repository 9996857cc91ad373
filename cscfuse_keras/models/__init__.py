"""Builders of the three tasks' networks, from plain-data configurations."""
