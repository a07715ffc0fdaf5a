"""Accuracy against diversity (figure 1), as a chart whose points can be chosen."""

from apps.ui.components.frontier.frontier import frontier_chart

__all__ = ["frontier_chart"]
