"""Tests of the apps, without a browser."""
