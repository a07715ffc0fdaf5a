"""The list of models and their verified weights: schema, store, sources, loading, and which record has which role."""
