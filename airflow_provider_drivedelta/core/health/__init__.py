"""How each feed fares, read from what lies beside its data."""
