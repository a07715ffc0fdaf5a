"""The apps: layout and wiring over `core`, one file per app, and the pieces they share in `apps.ui`."""
