/** Text that is markup already. Everything else that html`` puts into a page is escaped. */
export class Markup {
  constructor(readonly text: string) {}
}

type Part = Markup | string | number | readonly Markup[];

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** The one way into the page: names of models and pools are not to be trusted. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Markup {
  let text = strings[0] as string;
  parts.forEach((part, i) => {
    text += toText(part) + strings[i + 1];
  });
  return new Markup(text);
}

/** Nothing, where a part of a page is left out. */
export const NOTHING = new Markup('');

function toText(part: Part): string {
  if (part instanceof Markup) return part.text;
  if (Array.isArray(part)) return part.map((item) => toText(item)).join('');
  return String(part).replace(/[&<>"']/g, (letter) => ENTITIES[letter] as string);
}

/** JSON for a <script> element, which no text in it can end. */
export function scriptJson(value: unknown): Markup {
  return new Markup(JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, unicodeEscape));
}

function unicodeEscape(letter: string): string {
  return `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
