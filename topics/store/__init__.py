"""Models on disk: the only part of the package that touches model files."""
