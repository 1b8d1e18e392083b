"""Custom elements that know of no run, no route and no Gradio; gradio.py makes each a component for other apps."""
