"""The page: shows what `trainers` learns. Gradio lives here only."""
