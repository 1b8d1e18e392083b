// The types of lit.js, which is bundled from these (make lit).
export {html, svg, nothing, render, LitElement, type TemplateResult, type PropertyValues} from 'lit';
export {keyed} from 'lit/directives/keyed.js';
export {live} from 'lit/directives/live.js';
export {createRef, ref, type Ref} from 'lit/directives/ref.js';
export {repeat} from 'lit/directives/repeat.js';
export {styleMap} from 'lit/directives/style-map.js';
export {unsafeHTML} from 'lit/directives/unsafe-html.js';
