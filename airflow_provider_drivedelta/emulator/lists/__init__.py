"""SharePoint sites and their lists in memory: the model that SharePoint REST and Graph both show."""
