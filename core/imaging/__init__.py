"""Pictures in and out: strokes and photographs → ink tensors, tensors → pictures and files."""
