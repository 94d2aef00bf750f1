/** Colours in the order of the legend. */
export const COLOURS = ['c1', 'c2', 'c4', 'c5', 'c3', 'c8', 'c7', 'c0', 'none'] as const;
type Colour = (typeof COLOURS)[number];

/** Element types by the colour that they have on the page, with the class of it. */
const CLASSES: Readonly<Record<string, Colour>> = {
  float32: 'c1', float16: 'c2', bfloat16: 'c4', float64: 'c5', int8: 'c3', uint8: 'c3', fp8: 'c8', fp4: 'c7', int4: 'c7', uint4: 'c7',
  int16: 'c0', uint16: 'c0', int32: 'c0', uint32: 'c0', int64: 'c0', uint64: 'c0', bool: 'c0', string: 'c0', '': 'none',
}; // biome-ignore format: a list

/** The class of an element type: 'c1'. Whole numbers have one together; types of 8 and fewer bits by their size. */
export function colourOf(precision: string): Colour {
  if (Object.hasOwn(CLASSES, precision)) return CLASSES[precision] as Colour;
  if (precision.startsWith('float8')) return 'c8';
  return precision.startsWith('float') ? 'c7' : 'none';
}
