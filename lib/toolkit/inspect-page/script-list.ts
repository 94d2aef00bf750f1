/**
 * The list of layers: only rows that are in sight are in the page. What feeds what is drawn beside them, one lane for each
 * layer whose output is still read further down. `goTo(layer)` selects one and brings it into sight.
 */
export const LIST_SCRIPT = `
  const list = byId('layers');
  const filter = byId('filter');
  const withConstants = byId('constants');
  const SVG = 'http://www.w3.org/2000/svg';
  const MAX_LANES = 48;
  const columns = element('div', undefined, 'columns');
  columns.append(element('span'));
  for (const title of ['layer', 'type', 'precision', 'outputs', 'size']) columns.append(element('span', title, title === 'size' ? 'n' : undefined));
  const canvas = element('div', undefined, 'canvas');
  const lines = document.createElementNS(SVG, 'svg');
  lines.setAttribute('class', 'lines');
  list.append(columns, canvas);

  const searched = layers.map((layer) => [layer[0], texts[layer[1]], texts[layer[2]]].join('\\n').toLowerCase());
  const hidden = new Set();
  let rows = [];
  // Lines are of the whole list: there are none while rows are filtered out.
  let graph = null;
  let selected = -1;

  function graphOf(places, { lane, count }) {
    const rowOf = new Map(places.map((place, row) => [place, row]));
    const above = places.map((place, row) => {
      const found = new Set();
      for (const tensor of layers[place][4]) {
        const from = rowOf.get(tensors[tensor][4]);
        if (from !== undefined && from < row) found.add(from);
      }
      return [...found];
    });
    const last = places.map((_, row) => row);
    above.forEach((found, row) => { for (const from of found) last[from] = row; });
    const shown = Math.max(1, Math.min(count, MAX_LANES));
    const step = shown <= 14 ? 14 : Math.max(6, 200 / shown);
    return { lane, above, last, rowOf, x: (row) => 14 + Math.min(lane[row], MAX_LANES - 1) * step, width: 14 + shown * step };
  }

  const everything = layers.map((_, place) => place);
  const main = everything.filter((place) => layers[place][3] !== 1);
  const graphs = new Map();
  function refresh() {
    const all = withConstants.checked;
    const wanted = filter.value.toLowerCase();
    // A constant that is looked for is found.
    const from = all || wanted !== '' ? everything : main;
    rows = from.filter((place) => (wanted === '' || searched[place].includes(wanted)) && !hidden.has(texts[layers[place][2]]));
    if (!graphs.has(all)) graphs.set(all, graphOf(all ? everything : main, all ? lanes.all : lanes.main));
    graph = wanted === '' && hidden.size === 0 ? graphs.get(all) : null;
    list.style.setProperty('--gutter', (graph ? graph.width : 24) + 'px');
    canvas.style.height = rows.length * ROW + 'px';
    byId('shown').textContent = rows.length + ' of ' + layers.length + ' rows';
    draw();
  }

  const middle = (row) => row * ROW + ROW / 2;
  // From the dot of a row down its lane to the dot of a row that reads it.
  function line(from, to, start = middle(from)) {
    const x = graph.x(from), end = graph.x(to);
    if (x === end) return 'M' + x + ' ' + start + 'V' + middle(to);
    const bend = Math.max(middle(from), middle(to) - ROW), half = (bend + middle(to)) / 2;
    return 'M' + x + ' ' + start + 'V' + bend + 'C' + x + ' ' + half + ' ' + end + ' ' + half + ' ' + end + ' ' + middle(to);
  }

  function path(className, d) {
    const made = document.createElementNS(SVG, 'path');
    made.setAttribute('class', className);
    made.setAttribute('d', d);
    return made;
  }
  function drawLines(first, end) {
    lines.replaceChildren();
    const dots = new Map();
    const dot = (row, x) => {
      const colour = colours[layers[rows[row]][2]];
      dots.set(colour, (dots.get(colour) || '') + 'M' + x + ' ' + middle(row) + 'h0');
    };
    if (graph) {
      let edges = '', hot = '';
      const own = graph.rowOf.get(selected);
      for (let row = 0; row < rows.length && row < end; row += 1) {
        if (graph.last[row] < first || graph.last[row] === row) continue;
        // What only passes needs no more than the part in sight.
        edges += 'M' + graph.x(row) + ' ' + Math.max(middle(row), (first - 1) * ROW) + 'V' + Math.min(Math.max(middle(row), middle(graph.last[row]) - ROW), end * ROW);
      }
      for (let row = first; row < Math.min(rows.length, end + 1); row += 1) for (const from of graph.above[row]) edges += line(from, row, Math.max(middle(from), middle(row) - ROW));
      if (own !== undefined) {
        for (const from of graph.above[own]) hot += line(from, own);
        for (let row = own + 1; row <= graph.last[own]; row += 1) if (graph.above[row].includes(own)) hot += line(own, row);
      }
      lines.append(path('edge', edges), path('hot', hot));
    }
    for (let row = first; row < end; row += 1) dot(row, graph ? graph.x(row) : 14);
    for (const [colour, d] of dots) lines.append(path('dots ' + colour, d));
    const at = rows.indexOf(selected);
    if (at >= first && at < end) {
      const x = graph ? graph.x(at) : 14;
      lines.append(path('ring', 'M' + (x - 6) + ' ' + middle(at) + 'a6 6 0 1 0 12 0a6 6 0 1 0 -12 0'));
    }
    lines.setAttribute('width', graph ? graph.width : 24);
    lines.setAttribute('height', rows.length * ROW);
  }

  function rowElement(row, place, isNear) {
    const layer = layerOf(place);
    const made = element('div', undefined, 'row' + (layer.kind > 1 ? ' end' : layer.kind === 1 ? ' constant' : '') + (isNear ? ' near' : ''));
    made.id = 'row-' + place;
    made.setAttribute('role', 'option');
    made.setAttribute('aria-selected', String(place === selected));
    made.setAttribute('aria-posinset', row + 1);
    made.setAttribute('aria-setsize', rows.length);
    made.style.top = row * ROW + 'px';
    const shapes = (layer.kind === 3 ? layer.inputs : layer.outputs).map((tensor) => tensorOf(tensor).dims || '?').join(' ');
    const cell = (text, className) => { const span = element('span', text, className); span.title = text; return span; };
    const size = layer.kind < 2 && layer.weights > 0 ? layer.weights + Math.max(0, layer.kind === 1 ? 0 : layer.outputBytes) : layer.outputBytes;
    made.append(element('span'), cell(layer.name, 'name'), cell(layer.type, 'type'), cell(layer.precision || '?', 'precision'), cell(shapes, 'dims'), cell(bytesText(size), 'n'));
    made.addEventListener('click', () => select(place));
    return made;
  }
  function draw() {
    const top = Math.max(0, list.scrollTop - 28);
    const first = Math.max(0, Math.floor(top / ROW) - 8);
    const end = Math.min(rows.length, first + Math.ceil(list.clientHeight / ROW) + 16);
    const own = graph ? graph.rowOf.get(selected) : undefined;
    const made = [];
    for (let row = first; row < end; row += 1) {
      const isNear = own !== undefined && (graph.above[own].includes(row) || graph.above[row].includes(own));
      made.push(rowElement(row, rows[row], isNear));
    }
    drawLines(first, end);
    canvas.replaceChildren(...made, lines);
    if (rows.length === 0) canvas.append(element('p', 'No layer is like that.', 'empty'));
    if (rows.indexOf(selected) >= first && rows.indexOf(selected) < end) list.setAttribute('aria-activedescendant', 'row-' + selected);
    else list.removeAttribute('aria-activedescendant');
  }

  function tensorItem(tensor, places, nobody) {
    const { name, type, dims, bytes } = tensorOf(tensor);
    const item = element('li');
    item.append(element('b', name), element('p', [type || '?', dims, bytesText(bytes)].join(' ')));
    for (const place of places.slice(0, 50)) {
      const line = element('p', nobody.arrow + ' ');
      const button = element('button', layers[place][0] || '(without name)');
      button.type = 'button';
      button.addEventListener('click', () => goTo(place));
      line.append(button, ' ' + texts[layers[place][1]]);
      item.append(line);
    }
    if (places.length > 50) item.append(element('p', 'and ' + (places.length - 50) + ' more'));
    if (places.length === 0) item.append(element('p', nobody.text));
    return item;
  }
  function showDetail() {
    const detail = byId('detail');
    detail.replaceChildren();
    if (selected < 0) return detail.append(element('p', 'A click on a row shows what the layer reads, and who reads what it makes. Arrow keys go from row to row.'));
    const layer = layerOf(selected);
    const size = layer.weights > 0 ? ', constants ' + bytesText(layer.weights) : '';
    detail.append(element('h3', layer.name || '(without name)'), element('p', [layer.type, layer.precision].filter(Boolean).join(', ') + ', outputs ' + bytesText(layer.outputBytes) + size));
    const part = (title, list, placesOf, nobody) => {
      if (list.length === 0) return;
      const items = element('ul');
      for (const tensor of list.slice(0, 200)) items.append(tensorItem(tensor, placesOf(tensor), nobody));
      if (list.length > 200) items.append(element('li', 'and ' + (list.length - 200) + ' more'));
      detail.append(element('h4', title), items);
    };
    const counted = (count, what) => count + ' ' + what + (count === 1 ? '' : 's');
    part(counted(layer.inputs.length, 'input'), layer.inputs, (tensor) => (tensors[tensor][4] < 0 ? [] : [tensors[tensor][4]]), { text: 'a constant', arrow: '←' });
    part(counted(layer.outputs.length, 'output'), layer.outputs, (tensor) => readers[tensor], { text: 'nobody reads it', arrow: '→' });
  }
  function select(place) {
    selected = place;
    showDetail();
    draw();
  }
  function goTo(place) {
    if (!rows.includes(place)) {
      filter.value = '';
      hidden.clear();
      for (const button of document.querySelectorAll('[data-precision]')) button.setAttribute('aria-pressed', 'true');
      if (layers[place][3] === 1) withConstants.checked = true;
      refresh();
    }
    const at = rows.indexOf(place) * ROW;
    if (at < list.scrollTop || at > list.scrollTop + list.clientHeight - 3 * ROW) list.scrollTop = at - list.clientHeight / 3;
    select(place);
  }

  let isDue = false;
  const later = () => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => { isDue = false; draw(); });
  };
  list.addEventListener('scroll', later);
  addEventListener('resize', later);
  filter.addEventListener('input', () => { list.scrollTop = 0; refresh(); });
  withConstants.addEventListener('change', refresh);
  list.addEventListener('keydown', (event) => {
    const at = rows.indexOf(selected);
    const page = Math.max(1, Math.floor(list.clientHeight / ROW) - 2);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: rows.length - 1 }[event.key];
    if (next === undefined || rows.length === 0) return;
    event.preventDefault();
    goTo(rows[Math.max(0, Math.min(rows.length - 1, next))]);
  });
  for (const button of document.querySelectorAll('[data-precision]')) {
    button.addEventListener('click', () => {
      const isShown = button.getAttribute('aria-pressed') === 'false';
      button.setAttribute('aria-pressed', String(isShown));
      if (isShown) hidden.delete(button.dataset.precision);
      else hidden.add(button.dataset.precision);
      list.scrollTop = 0;
      refresh();
    });
  }
  refresh();
  showDetail();
`;
