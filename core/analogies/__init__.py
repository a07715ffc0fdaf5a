"""What Analogies owns: one style, all ten digits."""
