"""Publishing: records on the Hugging Face Hub, and the Spaces of the apps."""
