"""Parts of the page that a script of its own draws, as Gradio has them."""

from __future__ import annotations

import gradio as gr

# Gradio may draw before the page's deferred scripts have run
WHEN_READY = (
    "(function go() {{ window.playground?.{part} ? window.playground.{part}(element, props, watch, () => trigger('submit'))"
    " : setTimeout(go, 20) }})()"
)


def drawn(part: str, template: str, **value: str) -> gr.HTML:
    """A part of the page that the function of its name in window.playground draws."""
    script = WHEN_READY.format(part=part)
    return gr.HTML(value, html_template=template, js_on_load=script, apply_default_css=False, elem_id=part)
