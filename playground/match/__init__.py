"""Match: words with pictures."""
