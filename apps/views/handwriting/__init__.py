"""What StyleApp shows."""
