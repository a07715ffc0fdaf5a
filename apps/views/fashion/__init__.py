"""What Fashion → digits shows."""
