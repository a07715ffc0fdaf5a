"""Analogies: a digit's style in all ten digits."""
