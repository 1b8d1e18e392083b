import assert from 'node:assert/strict';
import {describe, mock, test} from 'node:test';
import {placed, put} from '../../page.js';
import '../../../playground/widgets/plot-figure.js';

describe('plot-figure', () => {
  test('where plotly does not come it says so, and asks for it again', async t => {
    const own = globalThis.Plotly, drawn = [];
    Object.defineProperty(document, 'hidden', {value: true, configurable: true});  // nothing waits for a frame
    delete globalThis.Plotly;
    t.after(() => {
      if (own) globalThis.Plotly = own;
      else delete globalThis.Plotly;
      delete document.hidden;
      document.body.replaceChildren();
      mock.restoreAll();
    });
    const append = mock.method(document.head, 'append', script => script.onerror());
    const {node, told} = await put('plot-figure', {figure: {data: [1], layout: {}}, gone: 'No connection.'}, ['drawn']);
    placed(node, 0, 0, 300, 200);
    node.near = true;
    node.draw();
    await node.drawing;
    await node.updateComplete;
    assert.deepEqual([node.textContent.trim(), append.mock.callCount()], ['No connection.', 1]);
    globalThis.Plotly = {react: async (_, data) => { drawn.push(data); }, purge() {}};
    node.figure = {data: [2], layout: {}};  // it does not wait for the next try
    await node.updateComplete;
    await node.drawing;
    assert.deepEqual([node.textContent.trim(), drawn, told.length], ['', [[2]], 1]);
  });
});
