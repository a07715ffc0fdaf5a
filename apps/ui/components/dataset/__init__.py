"""A data set to save: how many of each digit, in which form, how far it has come, and the file."""

from apps.ui.components.dataset.dataset import dataset_maker

__all__ = ["dataset_maker"]
