"""The documentation, and the script that rebuilds its tables and pictures."""
