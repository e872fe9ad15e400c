"""How quickly the pages answer many nurses at once, and whether a decision is ever lost."""
