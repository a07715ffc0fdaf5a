"""Style of paintings: its backbones, and style loss."""
