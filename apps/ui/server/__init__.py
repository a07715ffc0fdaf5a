"""How every app is served."""
