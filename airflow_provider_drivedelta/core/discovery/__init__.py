"""Which sites, drives and lists there are to follow."""
