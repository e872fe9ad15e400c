"""What was known about a person on a date: data contract, sources, extracts, measures."""
