// @ts-check
import { bucketOf, LINE_HEIGHT } from './buckets.mjs';
import { classifierInput, upsideDownAmong } from './classify.mjs';
import { plainText } from './plain-text.mjs';
import { Round, recognition as recognitionOptions } from './recognise.mjs';
import { upsideDownBox } from './strip.mjs';
import { cutOut, upsideDown } from './warp.mjs';

/** @import { PipelineBuilder } from 'node-tensorrt' */
/** @import { Clock } from './clock.mjs' */
/** @import { PageWithBoxes } from './detect.mjs' */
/** @import { Box, FloatEngine, Line, Raster, Reading } from './types.mjs' */

/** Below this confidence it is asked whether the line stands on its head. */
const DOUBTFUL = 0.9;
/** Below this one it was no text. */
const ACCEPTED = 0.5;

/**
 * @typedef {object} Parts
 * @property {FloatEngine} recognition
 * @property {FloatEngine} direction
 * @property {readonly string[]} dictionary
 *
 * @typedef {object} Cut A box, what was cut out of it, and how it was read.
 * @property {Box} box
 * @property {Raster} crop
 * @property {Reading} reading
 * @property {Reading} [turned] how it was read the other way up
 */

/**
 * The stages that read what the boxes hold; a box without text gives no line. Lines are in pixels of the raster, in the
 * order of the boxes.
 *
 * Lines that may stand on their head are read the other way up as well: doubtful ones that the classifier takes for upside
 * down, and if most of the page turns out to be so, all others. A short `NOON` or `1961` alone is sure both ways.
 *
 * @template In
 * @param {PipelineBuilder<In, PageWithBoxes>} pipeline
 * @param {Parts} parts
 * @returns {PipelineBuilder<In, Line[]>}
 */
export function addReading(pipeline, { recognition, direction, dictionary }) {
  return pipeline
    .fanOut('crops', function* ({ raster, boxes, clock }) {
      const round = new Round(clock);
      for (const box of boxes) yield { box, crop: clock.time('crop', () => cropOf(raster, box)), round };
    })
    .stage('recognise', recognition, recognitionOptions(dictionary))
    .join('upright', (lines, { clock }) => {
      lines[0]?.round.isOver();
      return { clock, cuts: lines.map(({ box, crop, reading }) => ({ box, crop, reading })) };
    })
    .fanOut('doubtful', ({ clock, cuts }) => {
      const doubtful = cuts.filter(({ reading }) => reading.confidence < DOUBTFUL);
      return doubtful.length > 0 ? [{ doubtful, start: performance.now(), clock }] : [];
    })
    .stage('classify', direction, {
      inputs: ({ doubtful }) => classifierInput(doubtful.map(({ crop }) => crop)),
      result: (output, { doubtful, start, clock }) => {
        clock.add('classify', performance.now() - start);
        return upsideDownAmong(output, doubtful);
      },
    })
    .join('suspects', (suspects, page) => ({ ...page, turn: suspects.flat() }))
    .fanOut('turn', ({ turn, clock }) => turnedLines(turn, clock))
    .stage('recognise turned', recognition, recognitionOptions(dictionary))
    .join('turned', (lines, page) => {
      const cuts = withTurned(page, lines);
      const others = cuts.filter(({ reading, turned }) => !turned || turned.confidence <= reading.confidence);
      const isTurned = totalWidth(others) < totalWidth(cuts) / 2;
      return { clock: page.clock, cuts, turn: isTurned ? others : [] };
    })
    .fanOut('turn the others', ({ turn, clock }) => turnedLines(turn, clock))
    .stage('recognise the others', recognition, recognitionOptions(dictionary))
    .join('lines', (lines, page) => linesOf(withTurned(page, lines)));
}

/**
 * @param {Raster} raster
 * @param {Box} box
 */
function cropOf(raster, { strip }) {
  return cutOut(raster, strip, bucketOf(strip), LINE_HEIGHT);
}

/**
 * @param {readonly Cut[]} cuts
 * @param {Clock} clock
 */
function turnedLines(cuts, clock) {
  const round = new Round(clock);
  return cuts.map(({ crop }) => ({ crop: upsideDown(crop), round }));
}

/**
 * All cuts, those of `turn` with how they were read the other way up.
 *
 * @param {{ cuts: readonly Cut[], turn: readonly Cut[] }} page
 * @param {readonly { reading: Reading, round: Round }[]} lines of `turn`
 * @returns {Cut[]}
 */
function withTurned({ cuts, turn }, lines) {
  lines[0]?.round.isOver();
  const readings = new Map(turn.map((cut, i) => [cut, lines[i]?.reading]));
  return cuts.map((cut) => {
    const turned = readings.get(cut);
    return turned ? { ...cut, turned } : cut;
  });
}

/**
 * The surer readings, where there is text.
 *
 * @param {readonly Cut[]} cuts
 * @returns {Line[]}
 */
function linesOf(cuts) {
  return cuts
    .map(({ box, reading, turned }) =>
      turned && turned.confidence > reading.confidence ? { ...turned, ...upsideDownBox(box) } : { ...reading, ...box },
    )
    .map((line) => ({ ...line, text: plainText(line.text) }))
    .filter(({ text, confidence }) => text !== '' && confidence >= ACCEPTED);
}

/** @param {readonly Cut[]} cuts */
function totalWidth(cuts) {
  return cuts.reduce((sum, { crop }) => sum + crop.width, 0);
}
