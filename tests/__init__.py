"""The tests, laid out as `core/` and `apps/` are; `e2e/` has the browser."""
