import assert from 'node:assert/strict';
import {mine} from '../../../playground/page/owner.js';
import {hold, paged, settle} from './server.js';

const shown = pane => `${pane.box.dataset.key}/${pane.box.dataset.step}`;

paged('the newest run is opened at its end, with the map that is there', async at => {
  const on = await at.opened();
  assert.equal(on.main().run, 'one');
  assert.equal(on.key_(), 'umap-15-0.1-cosine-0-2');
  assert.equal(on.index, 2);
  assert.equal(shown(on.main()), 'umap-15-0.1-cosine-0-2/20');
  assert.equal(on.loaded, true);
});

paged('the run of the address is opened, though Gradio has not drawn Train yet', async at => {
  delete globalThis.playground.run;
  const on = await at.opened('run=two');
  assert.equal(on.main().run, 'two');
});

paged('of one’s own runs that are damaged is said what is wrong with each, and of nobody else’s', async at => {
  mine('own', true);
  globalThis.playground.words.explore.damaged = '{run}: {sentence}';
  at.damaged = [{run: 'own', sentence: 'run.json is damaged.'}, {run: 'other', sentence: 'Theirs is, too.'}];
  const on = await at.opened();
  await settle();
  assert.deepEqual([...at.root.querySelectorAll('.hint.bad')].map(one => one.textContent), ['own: run.json is damaged.']);
  assert.equal(on.main().run, 'one');
  delete globalThis.playground.words.explore.damaged;
});

paged('the run that has just begun is waited for, and no other is shown in its place', async at => {
  globalThis.playground.run = () => 'new';
  document.body.dataset.run = 'running';
  const on = await at.opened();
  assert.equal(on.run, '');
  assert.match(at.root.querySelector('.waiting').textContent, /first/);
  at.list.unshift({...at.list[0], run: 'new'});
  clearTimeout(on.runs.expecting);
  await on.opened();  // as it does a second later
  await settle();
  assert.equal(on.main().run, 'new');
});

paged('a run that has ended without a map is waited for no more', async at => {
  at.list.length = 0;
  document.body.dataset.run = 'starting';
  const on = await at.opened('run=new');
  assert.ok(at.root.querySelector('.waiting'));
  document.body.dataset.run = 'example';
  clearTimeout(on.runs.expecting);
  await on.opened();
  assert.equal(at.root.querySelector('.waiting'), null);
  delete document.body.dataset.run;
});

paged('a link is the same view', async at => {
  const on = await at.opened('run=one&map=tsne-8-cosine-0-2&at=10&colour=purity&pick=3&sel=Bg&with=two');
  assert.equal(on.key_(), 'tsne-8-cosine-0-2');
  assert.equal(on.index, 1);
  assert.equal(on.colour, 'purity');
  assert.equal(on.points.picked, 3);
  assert.deepEqual(on.selection, [1, 2]);
  assert.deepEqual(on.panes.map(pane => pane.run), ['one', 'two']);
  const said = new URLSearchParams(location.search);
  assert.deepEqual(['run', 'map', 'at', 'with', 'pick', 'sel'].map(key => said.get(key)), ['one', 'tsne-8-cosine-0-2', '10', 'two', '3', 'Bg']);
});

paged('the legend says once how many each class has', async at => {
  globalThis.playground.words.explore.legend_each = '{number} images each';
  const on = await at.opened('run=one');
  await on.main().map.updateComplete;
  await settle();
  delete globalThis.playground.words.explore.legend_each;
  assert.equal(at.root.querySelector('.legend-each').textContent, '3 images each');
});

paged('how the maps are drawn is in the address', async at => {
  const on = await at.opened('run=one&draw=lines,nameless'), press = name => [...at.root.querySelectorAll('.explore-tools .toggle')]
    .find(one => one.textContent === name).click();
  assert.deepEqual([on.asImages, on.named, on.contours], [false, false, true]);
  assert.equal(new URLSearchParams(location.search).get('draw'), 'nameless,lines');
  for (const name of ['contours', 'named', 'as_images']) press(name);
  await settle();
  assert.deepEqual([on.asImages, on.named, on.contours, on.main().map.contours], [true, true, false, false]);
  assert.equal(new URLSearchParams(location.search).get('draw'), 'images');
});

paged('a reducer that a person chooses while a run is opened is not overwritten by the usual one', async at => {
  const ask = hold(at, url => url.searchParams.get('frames') === 'last');
  const on = await at.opened('', false), opening = on.opened();
  await settle();
  on.reduce({...on.choice, kind: 'tsne', chosen: true});
  ask.answer();
  await opening;
  await settle();
  assert.equal(on.choice.kind, 'tsne');
});

paged('the run that was chosen last is shown, however late another one comes', async at => {
  const on = await at.opened();
  const late = hold(at, url => url.pathname.endsWith('/two/timeline'));
  const first = on.choose('two'), second = on.choose('three');
  await second;
  late.answer();
  await first;
  await settle();
  assert.equal(on.run, 'three');
  assert.deepEqual(on.panes.map(pane => pane.run), ['three']);
});

paged('a run that cannot be opened leaves the one before', async at => {
  const on = await at.opened();
  at.fails(url => url.pathname.endsWith('/two/timeline'), 404, 'There is no run called two.');
  await on.choose('two');
  await settle();
  assert.equal(on.run, 'one');
  assert.equal(at.root.querySelector('#explore-run').value, 'one');
  assert.match(at.root.querySelector('.explore-side [role=status]').textContent, /no run called two/);
});

paged('what was put beside and taken away before it came does not come', async at => {
  const on = await at.opened();
  const late = hold(at, url => url.pathname.endsWith('/two/timeline'));
  const first = on.putBeside('two', true);
  await settle();
  await on.putBeside('two', false);
  late.answer();
  await first;
  await settle();
  assert.deepEqual(on.panes.map(pane => pane.run), ['one']);
});

paged('a map whose points are not there yet says so, and looks like none', async at => {
  const late = hold(at, url => /maps\/(pca|umap)[^/]*\/\d+$/.test(url.pathname)), bones = () => at.root.querySelector('.pane-map .state.waiting');
  await at.opened();
  assert.equal(bones()?.textContent.trim(), 'first');
  late.answer();
  await settle();
  assert.equal(bones(), null);
});

paged('of two maps asked for one after the other only the last is shown', async at => {
  const on = await at.opened('map=pca-2');
  const late = hold(at, url => url.pathname.includes('/maps/tsne-30-cosine-0-2/'));
  on.reduce({...on.choice, kind: 'tsne', chosen: true});
  await settle();
  on.reduce({...on.choice, kind: 'umap', chosen: true});
  await settle();
  late.answer();
  await settle();
  assert.equal(shown(on.main()), 'umap-15-0.1-cosine-0-2/20');
});

paged('the map that stands in is never shown in place of the one that was wanted', async at => {
  const late = hold(at, url => /maps\/pca-2\/20$/.test(url.pathname));
  const on = await at.opened('map=umap-15-0.1-cosine-0-2');
  late.answer();
  await settle();
  assert.equal(shown(on.main()), 'umap-15-0.1-cosine-0-2/20');
});

paged('neighbours of an older click or an older snapshot are not shown', async at => {
  const on = await at.opened('map=pca-2');
  const late = hold(at, url => /neighbours\/20\/1$/.test(url.pathname));
  on.points.pick(1);
  on.points.pick(2);
  await settle();
  late.answer();
  await settle();
  assert.equal(at.root.querySelector('.picked').dataset.index, '2');
  assert.deepEqual(on.main().near, [3, 4]);
});

paged('a mouse on a map is shown on the others, and draws nothing where there is no other', async at => {
  const on = await at.opened('run=one&map=pca-2'), draw = on.draw.bind(on);
  let drawn = 0;
  on.draw = () => { drawn++; draw(); };
  on.points.hover(2, on.main());
  on.points.hover(-1, on.main());
  assert.equal(drawn, 0);
  on.points.hover(2, null);  // over a picture of a list
  await settle();
  assert.deepEqual([drawn, on.main().map.linked], [1, 2]);
  await on.putBeside('two', true);
  await settle();
  on.points.hover(1, on.main());
  await settle();
  assert.deepEqual(on.panes.map(pane => pane.map.linked), [-1, 1]);
});

paged('Escape takes the selection and the image away', async at => {
  const on = await at.opened('map=pca-2&pick=1&sel=Bg');
  on.points.key({key: 'Escape', target: at.root, preventDefault() {}});
  await settle();
  assert.equal(on.selection, null);
  assert.equal(on.points.picked, -1);
});

paged('a search that is written while answers are late stays, and counts what it found', async at => {
  const on = await at.opened('map=pca-2');
  const late = hold(at, url => url.pathname.includes('neighbours'));
  on.points.pick(0);
  const field = at.root.querySelector('#explore-search');
  field.value = 'cat';
  field.dispatchEvent(new Event('input', {bubbles: true}));
  late.answer();
  await settle();
  assert.equal(at.root.querySelector('#explore-search').value, 'cat');
  assert.deepEqual(on.selection, [0, 2, 4]);
});

paged('letters in a field of a parameter are not taken away by an answer', async at => {
  const on = await at.opened('map=umap-15-0.1-cosine-0-2');
  const field = at.root.querySelector('[data-param=neighbours]');
  field.value = '2';
  on.draw();
  assert.equal(field.value, '2');
  field.value = '2000';
  field.dispatchEvent(new Event('change', {bubbles: true}));
  await settle();
  assert.equal(at.root.querySelector('[data-param=neighbours]').value, '100');
  assert.equal(on.key_(), 'umap-100-0.1-cosine-0-2');
});

paged('who looks at the end of a run goes on doing so, who looks elsewhere stays there', async at => {
  const on = await at.opened('map=pca-2');
  const before = on.main().info;
  on.main().info = {...before, steps: [...before.steps, 30], seconds: [...before.seconds, 3]};
  on.grown(on.main(), before);
  assert.equal(on.index, 3);
  on.go(1);
  const now = on.main().info;
  on.main().info = {...now, steps: [...now.steps, 40], seconds: [...now.seconds, 4]};
  on.grown(on.main(), now);
  assert.equal(on.index, 1);
});

paged('an older list of runs never replaces a newer one', async at => {
  const on = await at.opened();
  const late = hold(at, url => url.pathname.endsWith('/playground/runs'));
  const first = on.runs.ask([]);
  at.list = at.list.slice(0, 2);
  late.release();
  await on.runs.ask([]);
  late.answer();
  await first;
  assert.equal(on.runs.list.length, 2);
});

paged('cancelling leads back to a map that can be shown at once', async at => {
  const on = await at.opened('map=pca-2');
  at.making = true;
  on.reduce({...on.choice, kind: 'tsne', chosen: true});
  await settle();
  assert.equal(on.main().busy.hidden, false);
  at.making = false;
  on.cancel(on.main());
  await settle();
  assert.equal(on.choice.kind, 'pca');
  assert.equal(on.main().busy.hidden, true);
});

paged('the share of neighbours is asked once for two snapshots, and an older answer is not shown', async at => {
  const on = await at.opened('map=pca-2&with=two');
  const of = () => at.asked.filter(({url}) => url.pathname.includes('/overlap/')).map(({url}) => url.pathname.split('/overlap/')[1]);
  assert.deepEqual(of(), ['20/two/20']);
  assert.equal(on.panes[1].overlap.text, 'overlap');
  const late = hold(at, url => url.pathname.includes('/overlap/10/'));
  at.fails(url => url.pathname.includes('/overlap/10/'), 400, 'Late.');
  on.go(1);
  on.measures.overlaps();
  on.go(0);
  on.measures.overlaps();
  await settle();
  late.answer();
  await settle();
  assert.deepEqual(of(), ['20/two/20', '10/two/10', '0/two/0']);
  assert.equal(on.panes[1].overlap.text, 'overlap');
});

paged('a group that is hidden stays so at another step, and comes back with other colours', async at => {
  const on = await at.opened('map=pca-2&colour=vote');
  at.root.querySelector('map-legend').tell('toggle', {group: 0, alone: false});
  on.go(0);
  await settle();
  assert.deepEqual([on.main().coded, [...on.main().hidden]], ['vote/0', [0]]);
  on.paint('purity');
  await settle();
  assert.equal(on.main().hidden.size, 0);
});

paged('neighbours that did not come say why, and have no row', async at => {
  const on = await at.opened('map=pca-2&with=two'), picked = () => at.root.querySelector('.picked');
  at.fails(url => url.pathname.includes('/two/neighbours/'), 500, 'The disk is full.');
  on.points.pick(1);
  await settle();
  assert.deepEqual([...picked().querySelectorAll('.neighbours')].map(row => row.dataset.run), ['one']);
  assert.equal(picked().querySelector('.bad').textContent, 'The disk is full.');
  at.failures.length = 0;
  on.points.pick(2);
  await settle();
  assert.deepEqual([picked().querySelectorAll('.neighbours').length, picked().querySelector('.bad')], [2, null]);
});

paged('after a run that was left and one that fails, the one on the page is chosen', async at => {
  const on = await at.opened();
  const late = hold(at, url => url.pathname.endsWith('/two/timeline'));
  at.fails(url => url.pathname.endsWith('/three/timeline'), 404, 'There is no run called three.');
  const first = on.choose('two');
  await on.choose('three');
  late.answer();
  await first;
  await settle();
  assert.deepEqual([on.run, at.root.querySelector('#explore-run').value], ['one', 'one']);
});

paged('what went wrong is said until something else is asked for', async at => {
  const on = await at.opened(), said = () => at.root.querySelector('.explore-side > [role=status]').textContent;
  at.fails(url => url.pathname.endsWith('/two/timeline'), 404, 'There is no run called two.');
  await on.choose('two');
  await settle();
  assert.match(said(), /no run called two/);
  on.go(0);
  assert.equal(said(), '');
  await on.choose('two');
  await on.choose('three');
  assert.equal(said(), '');
});
