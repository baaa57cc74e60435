"""The local stack: one command that runs and supervises everything the portal needs."""
