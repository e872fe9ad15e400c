"""Explanations: against the shap package and LightGBM, alone, and by the shape of the trees."""
