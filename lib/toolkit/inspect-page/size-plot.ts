import { formatBytes } from '../../memory/format.js';
import { html, type Markup } from '../../page/markup.js';
import { COLOURS, colourOf } from './precisions.js';
import type { PageGraph, PageLayer } from './subject.js';

const WIDTH = 1200;
const LEFT = 76;
const RIGHT = 8;
const TOP = 12;
const HEIGHT = 150;
const BOTTOM = TOP + HEIGHT;
/** Below the axis: a strip with the precision of every layer. */
const STRIP_Y = BOTTOM + 8;
const STRIP_HEIGHT = 9;
const VIEW_HEIGHT = STRIP_Y + STRIP_HEIGHT + 22;
/** More bars cannot be told apart: then one is for several layers. */
const MAX_BARS = 560;

/** What the script knows of a plot: bars are `binLayers` layers each, from layer `first` on. */
export interface PlotData {
  readonly id: string;
  readonly of: 'weights' | 'outputs';
  readonly left: number;
  readonly width: number;
  readonly bottom: number;
  readonly first: number;
  readonly bars: number;
  readonly binLayers: number;
}

/** Bytes of a layer that its bar shows. Constants are weights, and not drawn among the outputs. */
function plotted(layer: PageLayer, of: PlotData['of']): number {
  if (of === 'weights') return layer.weightBytes;
  return layer.kind === 'constant' ? 0 : (layer.outputBytes ?? 0);
}

/** Bars over the order of layers, coloured by precision; null where there is nothing to draw. */
export function sizePlot(
  { layers }: PageGraph,
  of: PlotData['of'],
  id: string,
): { markup: Markup; data: PlotData } | null {
  const first = layers.findIndex(isLayer);
  const shown = layers.filter(isLayer);
  if (first < 0) return null;
  const binLayers = Math.ceil(shown.length / MAX_BARS);
  const bins: PageLayer[][] = [];
  for (let at = 0; at < shown.length; at += binLayers) bins.push(shown.slice(at, at + binLayers));
  const sums = bins.map((bin) => bin.reduce((sum, layer) => sum + plotted(layer, of), 0));
  const most = sums.reduce((max, sum) => Math.max(max, sum), 0);
  if (most === 0) return null;
  const step = (WIDTH - LEFT - RIGHT) / bins.length;
  const label = `Bytes of ${shown.length} layers in their order. Arrow keys go from layer to layer, Enter shows one below.`;
  const markup = html`<div class="scroll"><svg id="${id}" class="plot" viewBox="0 0 ${WIDTH} ${VIEW_HEIGHT}" tabindex="0" role="application" aria-label="${label}">
${axis(most)}${bars(bins, of, step, most)}${strip(bins, step)}
<text x="${LEFT}" y="${VIEW_HEIGHT - 6}">first layer</text><text x="${WIDTH - RIGHT}" y="${VIEW_HEIGHT - 6}" text-anchor="end">last layer</text>
<path class="cursor" d=""/></svg></div>`;
  const width = WIDTH - LEFT - RIGHT;
  return {
    markup,
    data: { id, of, left: LEFT, width, bottom: STRIP_Y + STRIP_HEIGHT, first, bars: bins.length, binLayers },
  };
}

const isLayer = ({ kind }: PageLayer) => kind === 'layer' || kind === 'constant';

/** Lines at 1, 2 or 4 times a power of two, three or four of them. */
function axis(most: number): Markup[] {
  const step = 2 ** Math.max(0, Math.floor(Math.log2(most / 3)));
  const lines = Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
  return lines.map((bytes) => {
    const y = round(BOTTOM - (HEIGHT * bytes) / most);
    return html`<path class="grid" d="M${LEFT} ${y}H${WIDTH - RIGHT}"/><text x="${LEFT - 8}" y="${y + 4}" text-anchor="end">${formatBytes(bytes)}</text>`;
  });
}

/** One path for each colour. Bars of several layers are stacked by it. */
function bars(bins: readonly PageLayer[][], of: PlotData['of'], step: number, most: number): Markup[] {
  const paths = new Map<string, string>();
  const width = round(Math.max(0.8, step * (step > 4 ? 0.8 : 1)));
  for (const [i, bin] of bins.entries()) {
    const x = round(LEFT + step * i + (step - width) / 2);
    let y = BOTTOM;
    for (const colour of COLOURS) {
      const bytes = bin.reduce(
        (sum, layer) => sum + (colourOf(layer.precision) === colour ? plotted(layer, of) : 0),
        0,
      );
      if (bytes === 0) continue;
      // What is there is seen.
      const height = round(Math.max(1, (HEIGHT * bytes) / most));
      y = round(y - height);
      paths.set(colour, `${paths.get(colour) ?? ''}M${x} ${y}h${width}v${height}h-${width}z`);
    }
  }
  return [...paths].map(([colour, d]) => html`<path class="${colour}" d="${d}"/>`);
}

/** The colour that most layers of a bar have; neighbours of one colour are one piece. */
function strip(bins: readonly PageLayer[][], step: number): Markup[] {
  const paths = new Map<string, string>();
  const colours = bins.map(usual);
  let from = 0;
  for (let i = 1; i <= colours.length; i++) {
    if (colours[i] === colours[from]) continue;
    const colour = colours[from] as string;
    const [x, width] = [round(LEFT + step * from), round(step * (i - from))];
    paths.set(colour, `${paths.get(colour) ?? ''}M${x} ${STRIP_Y}h${width}v${STRIP_HEIGHT}h-${width}z`);
    from = i;
  }
  return [...paths].map(([colour, d]) => html`<path class="${colour}" d="${d}"/>`);
}

function usual(bin: readonly PageLayer[]): string {
  const counts = COLOURS.map((colour) => bin.filter(({ precision }) => colourOf(precision) === colour).length);
  return COLOURS[counts.indexOf(Math.max(...counts))] ?? 'none';
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
