"""Reconstruct: what autoencoders do to an image."""
