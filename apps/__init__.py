"""The apps: layout and wiring over `core`, one file per app.

What an app shows is in `apps.views`, the pieces that the apps share in `apps.ui`.
"""
