"""Addresses of rivers, items, sources and libraries. Each file of views keeps its own block."""

app_name = "ecology"

urlpatterns: list[object] = [
    # Ecologies and rivers
    # Sources
    # Library
]
