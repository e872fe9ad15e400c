"""CDS Hooks 2.0: a card in the record system, when a person is one to look at."""
