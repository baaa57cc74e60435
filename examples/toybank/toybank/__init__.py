"""A connector to a bank that does not exist, and that bank: an example outside the portal."""
