// @ts-check

const EAST_ASIAN = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

/**
 * The recogniser was trained on Chinese and likes its wide punctuation. A line without East Asian letters gets the usual
 * one, and no line keeps spaces at its ends.
 *
 * @param {string} text
 */
export function plainText(text) {
  const trimmed = text.trim();
  return EAST_ASIAN.test(trimmed) ? trimmed : trimmed.replace(/[\uff01-\uff5e]/g, narrow);
}

/** @param {string} wide */
function narrow(wide) {
  return String.fromCharCode(wide.charCodeAt(0) - 0xfee0);
}
