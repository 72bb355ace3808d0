"""Entra, as far as one signs in there: tokens for apps and people, and what they may."""
