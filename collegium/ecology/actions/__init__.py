"""What people do with ecologies, sources, items and the library."""
