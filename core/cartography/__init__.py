"""Cartography: the collection of paintings, trajectories between them, and the paper's experiments."""
