"""The page's sections: each computes its own numbers from a run and says what they show."""
