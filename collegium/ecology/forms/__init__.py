"""What is typed about sources, rivers and items."""
