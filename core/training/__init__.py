"""Training: the loop, the data it sees, augmentation, distillation, learning curves."""
