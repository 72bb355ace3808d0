"""Microsoft Graph, as far as drives and lists go."""
