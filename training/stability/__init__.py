"""How much a list and its reasons depend on chance: from seed to seed, from week to week."""
