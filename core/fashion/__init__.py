"""What Fashion → digits owns: the shape of a garment carried over to digits."""
