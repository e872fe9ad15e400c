"""The file that MLflow runs to load a registered model (models-from-code, no pickle)."""

from models.registry import serve_as_pyfunc

serve_as_pyfunc()
