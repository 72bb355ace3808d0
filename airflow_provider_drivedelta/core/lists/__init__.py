"""SharePoint lists without a network: answers read, fields named, columns typed, rows told apart."""
