"""What Cartography shows."""
