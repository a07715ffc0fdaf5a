"""Experiments of the StyleApp paper that serve no app: few-shot styles, maps, clusters without labels."""
