"""The components of the pages, one a folder."""
