import { PAGE_TOOLS, THEME_BUTTON } from '../../page/script.js';
import { LIST_SCRIPT } from './script-list.js';
import { ROW_HEIGHT } from './style.js';

/** The script of the page of a model: the list of layers, its lines, what is under the pointer. It only ever sets text. */
export const SCRIPT = `
'use strict';
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const { texts, colours, tensors, layers, lanes } = data.graph;
  const ROW = ${ROW_HEIGHT};
  const byId = (id) => document.getElementById(id);
${PAGE_TOOLS}
  const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  function bytesText(bytes) {
    if (bytes < 0) return '?';
    const power = bytes < 1 ? 0 : Math.min(4, Math.floor(Math.log2(bytes) / 10));
    return (power === 0 ? bytes : (bytes / 1024 ** power).toFixed(1)) + ' ' + UNITS[power];
  }
  const layerOf = (place) => {
    const [name, type, precision, kind, inputs, outputs, weights, outputBytes] = layers[place];
    return { name, type: texts[type], precision: texts[precision], colour: colours[precision], kind, inputs, outputs, weights, outputBytes };
  };
  const tensorOf = (place) => {
    const [name, type, dims, bytes, producer] = tensors[place];
    return { name, type: texts[type], dims: texts[dims], bytes, producer };
  };
  // By tensor: the layers that read it.
  const readers = tensors.map(() => []);
  layers.forEach((layer, place) => { for (const tensor of new Set(layer[4])) readers[tensor].push(place); });
${LIST_SCRIPT}
  for (const plot of data.plots) {
    const svg = byId(plot.id);
    const step = plot.width / plot.bars;
    const sizeOf = (place) => (plot.of === 'weights' ? layers[place][6] : layers[place][3] === 1 ? 0 : layers[place][7]);
    // Layers of a bar, the largest first.
    const layersAt = (bar) => {
      const list = [];
      const start = plot.first + bar * plot.binLayers;
      for (let i = start; i < start + plot.binLayers && layers[i] && layers[i][3] < 2; i += 1) list.push(i);
      return list.sort((a, b) => sizeOf(b) - sizeOf(a));
    };
    let under;
    follow(svg, {
      at(x) {
        const bar = Math.floor((x - plot.left) / step);
        return (under = bar >= 0 && bar < plot.bars ? bar : undefined);
      },
      show(bar) {
        under = bar;
        const [most, ...more] = layersAt(bar);
        const layer = layerOf(most);
        const rows = [['type', layer.type], ['precision', layer.precision || '?', layer.colour], [plot.of === 'weights' ? 'constants' : 'outputs', bytesText(sizeOf(most))]];
        if (more.length > 0) rows.push(['and ' + more.length + ' more', bytesText(more.reduce((sum, i) => sum + Math.max(0, sizeOf(i)), 0))]);
        const x = plot.left + step * bar;
        return { title: layer.name, rows, outline: 'M' + x + ' 6h' + step + 'V' + plot.bottom + 'h' + -step + 'z', x: x + step / 2, y: plot.bottom };
      },
      move(bar, key) {
        const at = bar === undefined ? 0 : bar;
        if (key === 'Home') return 0;
        if (key === 'End') return plot.bars - 1;
        if (key === 'ArrowRight') return Math.min(plot.bars - 1, at + 1);
        if (key === 'ArrowLeft') return Math.max(0, at - 1);
        return undefined;
      },
    });
    const pick = () => { if (under !== undefined) goTo(layersAt(under)[0]); };
    svg.addEventListener('click', pick);
    svg.addEventListener('keydown', (event) => { if (event.key === 'Enter') pick(); });
  }
${THEME_BUTTON}})();
`;
