"""What StyleApp owns: its session, writer styles, fine-tuning, worksheets, and the paper's experiments."""
