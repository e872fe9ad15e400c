"""Which registered model serves: the gate before promotion, and the way back."""
