"""Speed as ratios: each script answers one question against a named reference measured in the same run."""
