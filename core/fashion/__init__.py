"""Fashion → digits: the shape of a garment transferred to digits."""
