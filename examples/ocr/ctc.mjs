/**
 * Between words the recogniser often spreads the space over a few steps in each of which the blank is likelier. It is a
 * space if one of these steps is a space with this probability. Between the letters of a word that is below 0.02.
 */
const HIDDEN_SPACE = 0.12;

/**
 * Reads one line from the recogniser's probabilities: the likeliest class of each step, repeats joined, blanks (class 0)
 * dropped, spaces (the last class) found that hide behind blanks.
 *
 * @param {Float32Array} probabilities steps × classes
 * @param {{ steps: number, classes: number, dictionary: readonly string[] }} options
 * @returns {{ text: string, confidence: number }} the confidence is the mean over the characters, 0 without any
 */
export function decodeCtc(probabilities, { steps, classes, dictionary }) {
  const space = classes - 1;
  let text = '';
  let sum = 0;
  let count = 0;
  let previous = 0;
  let noSpace = 1;
  for (let step = 0; step < steps; step++) {
    const row = step * classes;
    const best = likeliest(probabilities, row, classes);
    if (best === 0) {
      noSpace *= 1 - probabilities[row + space];
    } else if (best !== previous) {
      if (best !== space && noSpace < 1 - HIDDEN_SPACE && text !== '' && !text.endsWith(' ')) text += ' ';
      text += dictionary[best] ?? '';
      sum += probabilities[row + best];
      count++;
    }
    if (best !== 0) noSpace = 1;
    previous = best;
  }
  return { text, confidence: count > 0 ? sum / count : 0 };
}

/**
 * @param {Float32Array} probabilities
 * @param {number} row
 * @param {number} classes
 */
function likeliest(probabilities, row, classes) {
  let best = 0;
  let highest = probabilities[row];
  for (let index = 1; index < classes; index++) {
    if (probabilities[row + index] > highest) {
      highest = probabilities[row + index];
      best = index;
    }
  }
  return best;
}
