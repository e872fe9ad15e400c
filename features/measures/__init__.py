"""Measures: declarations by clinical topic, and what they are made of."""
