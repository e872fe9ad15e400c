"""How a model is judged: figures, their intervals, and what a reader must know."""
