"""Style of paintings: the networks that judge it, and style loss."""
