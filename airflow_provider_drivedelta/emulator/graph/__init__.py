"""Microsoft Graph, as far as drives go."""
