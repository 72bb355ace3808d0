"""What the console commands share: credentials in, tables and progress out."""
