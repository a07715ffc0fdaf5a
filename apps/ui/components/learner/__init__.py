"""Learning a writer's style, and writing with it: progress, a line of text, λ, files to save, and deleting it all."""

from apps.ui.components.learner.learner import style_learner

__all__ = ["style_learner"]
