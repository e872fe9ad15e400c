"""Measurements of time and memory; not part of what is installed."""
