import assert from 'node:assert/strict';
import {hold, paged, settle} from './server.js';

const picture = name => new File(['x'], name, {type: 'image/png'});
const rows = at => [...at.root.querySelectorAll('.own-row')].map(row => row.dataset.name);
const asked = (at, part) => at.asked.filter(({url}) => url.pathname.endsWith(part)).map(({options}) => JSON.parse(options.body));

paged('words are placed one after the other, each on every map', async at => {
  const on = await at.opened('map=pca-2&with=two');
  on.own.addText('red heart');
  on.own.addText(' blue car ');
  on.own.addText('  ');
  await settle();
  assert.deepEqual(rows(at), ['red heart', 'blue car']);
  assert.deepEqual(on.panes.map(pane => pane.points.length), [2, 2]);
  assert.equal(at.root.querySelector('.gap').dataset.gap, '0.4');
});

paged('the answer to fewer words never replaces that to more', async at => {
  const on = await at.opened('map=pca-2');
  const late = hold(at, (url, {body}) => url.pathname.endsWith('/words') && JSON.parse(body).texts.length === 1);
  on.own.addText('one');
  await settle();
  on.own.addText('two');
  await settle();
  late.answer();
  await settle();
  assert.deepEqual(rows(at), ['one', 'two']);
  assert.equal(on.main().points.length, 2);
});

paged('what was placed on another map is not put onto the one that was chosen since', async at => {
  const on = await at.opened('map=pca-2');
  const late = hold(at, url => url.pathname.includes('pca-2/words'));
  on.own.addText('one');
  await settle();
  on.reduce({...on.choice, kind: 'umap', chosen: true});
  await settle();
  late.answer();
  await settle();
  assert.equal(on.main().own.key, 'umap-15-0.1-cosine-0-2');
  assert.deepEqual(rows(at), ['one']);
});

paged('points stand on the map that they were placed on alone', async at => {
  const on = await at.opened('map=pca-2');
  on.own.addText('one');
  await settle();
  const late = hold(at, url => url.pathname.includes('umap-15-0.1-cosine-0-2/words'));
  on.reduce({...on.choice, kind: 'umap', chosen: true});
  await settle();
  assert.equal(on.main().points.length, 0);
  assert.deepEqual(rows(at), ['one'], 'the row stays meanwhile');
  late.answer();
  await settle();
  assert.equal(on.main().points.length, 1);
});

paged('where somebody has gone in time since giving a picture, its answer does not lead back', async at => {
  const on = await at.opened('map=pca-2');
  const late = hold(at, url => url.pathname.endsWith('/place'));
  on.own.addFiles([picture('zero.png')]);
  assert.equal(on.index, 2);
  on.go(0);
  late.answer();
  await settle();
  assert.equal(on.index, 0);
  assert.deepEqual(rows(at), ['zero.png']);
});

paged('a picture goes to the runs that are not on the page too', async at => {
  const on = await at.opened('map=pca-2&with=two');
  on.own.addFiles([picture('zero.png')]);
  await settle();
  assert.deepEqual([...at.root.querySelectorAll('.own .mini')].map(node => node.dataset.run), ['three']);
  assert.equal(at.asked.filter(({url}) => url.pathname.endsWith('/place')).length, 3);
  on.own.clear();
  await settle();
  assert.deepEqual([rows(at), on.main().points], [[], []]);
});

paged('the gap is closed for viewing by one question each time, and says what it shows', async at => {
  const on = await at.opened('map=pca-2');
  on.own.addText('one');
  await settle();
  const late = hold(at, (url, {body}) => url.pathname.endsWith('/words') && JSON.parse(body).closed);
  const box = () => at.root.querySelector('.gap input');
  box().checked = true;
  box().dispatchEvent(new Event('change', {bubbles: true}));
  await settle();
  assert.equal(box().checked, true, 'what was pressed stays pressed while the answer is late');
  assert.equal(on.main().points[0].at[1], 0);
  late.answer();
  await settle();
  assert.equal(on.main().points[0].at[1], 1);
  assert.deepEqual(asked(at, '/words').map(one => one.closed), [false, true]);
});

paged('a map that is still made is asked once its last frame has come, and once', async at => {
  const on = await at.opened('map=pca-2');
  at.making = true;
  on.reduce({...on.choice, kind: 'tsne', chosen: true});
  await settle();
  on.own.addText('one');
  await settle();
  assert.equal(asked(at, '/words').length, 0);
  at.making = false;
  await new Promise(done => { setTimeout(done, 500); });
  await settle();
  assert.equal(asked(at, '/words').length, 1);
  assert.deepEqual(rows(at), ['one']);
});

paged('a map that failed says so beside what was to be placed', async at => {
  const on = await at.opened('map=pca-2');
  at.fails(url => url.pathname.endsWith('/words'), 400, 'Too many maps are being made.');
  on.own.addText('one');
  await settle();
  assert.match(at.root.querySelector('.own .bad').textContent, /Too many maps/);
});

paged('a word that is too long for the network says so', async at => {
  const on = await at.opened('map=pca-2');
  on.own.addText('x'.repeat(60));
  on.own.addText('heart');
  await settle();
  assert.deepEqual([...at.root.querySelectorAll('.own-row')].map(row => row.querySelector('.own-note')?.textContent), ['cut', undefined]);
});

paged('how a picture was read stands beside it', async at => {
  const on = await at.opened('map=pca-2');
  on.own.addFiles([picture('deep.png'), picture('plain.png')]);
  await settle();
  assert.deepEqual([...at.root.querySelectorAll('.own-row')].map(row => row.querySelector('.own-note')?.textContent), ['12 bits', undefined]);
});

paged('a picture that is being placed is said, and no more once another run is chosen', async at => {
  const on = await at.opened('map=pca-2'), said = () => at.root.querySelector('.explore-side > [role=status]').textContent;
  const late = hold(at, url => url.pathname.endsWith('/place'));
  on.own.addFiles([picture('zero.png')]);
  await settle();
  assert.equal(said(), 'placing');
  await on.choose('two');
  late.answer();
  await settle();
  assert.equal(said(), '');
});
