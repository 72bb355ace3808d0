"""SharePoint REST, as far as reading lists goes: its addresses, its JSON, and the XML of list changes."""
