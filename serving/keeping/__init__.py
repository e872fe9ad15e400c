"""How long the register keeps things, and its copies: retention, backup, restore."""
