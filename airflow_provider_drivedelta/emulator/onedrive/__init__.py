"""The OneDrive API as it was before Graph: `view.delta` and `view.changes` of the same drives."""
