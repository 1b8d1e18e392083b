"""One file a tab: components, then events. No torch, no plotting."""
