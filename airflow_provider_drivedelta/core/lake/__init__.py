"""Data at rest: what lies below an output folder, how it gets there, and how it is read back."""
