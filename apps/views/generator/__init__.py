"""What the Generator shows."""
