"""Models, one final class a file; `base` is the contract."""
