"""The features engine against others: same events, same numbers, one machine, one run."""
