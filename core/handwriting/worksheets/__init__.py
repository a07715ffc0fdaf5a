"""Worksheets: the printed form, and how a photograph of a filled one is read."""
