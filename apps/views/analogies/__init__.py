"""What Analogies shows."""
