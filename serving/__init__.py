"""How scores reach people: the weekly list, the register, the API and the page."""
