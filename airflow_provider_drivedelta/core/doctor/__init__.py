"""Why something cannot be read, and which grant is missing."""
