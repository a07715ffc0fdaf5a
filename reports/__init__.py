"""The tables and pictures of README and docs, each measured and written by a script: `python -m reports.NAME`."""
