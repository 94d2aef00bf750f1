/**
 * Parts of the scripts of pages: `element`, a tip beside the pointer (`#tip`), and `follow`, which moves a cursor (a path of
 * class "cursor") over a drawing by pointer and keys. They only ever set text.
 */
export const PAGE_TOOLS = `
  const tip = document.getElementById('tip');

  const element = (name, text, className) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  };

  // rows: [label, value, class of a swatch]
  function showTip(title, className, rows, x, y) {
    tip.replaceChildren();
    const head = element('b');
    if (className) head.append(element('i', undefined, 'swatch ' + className));
    head.append(title);
    tip.append(head);
    for (const [label, value, swatch] of rows) {
      const row = element('p');
      const name = element('span');
      if (swatch) name.append(element('i', undefined, 'swatch ' + swatch));
      name.append(label);
      row.append(name, element('span', value));
      tip.append(row);
    }
    tip.hidden = false;
    const box = tip.getBoundingClientRect();
    const left = x + 16 + box.width > innerWidth ? x - 16 - box.width : x + 16;
    const top = y + 18 + box.height > innerHeight ? y - 12 - box.height : y + 18;
    tip.style.transform = 'translate(' + Math.max(4, left) + 'px,' + Math.max(4, top) + 'px)';
  }

  // Pointer and keys move one cursor. view: { at(x, y), show(place), move(place, key) } in units of the drawing.
  function follow(svg, view) {
    const cursor = svg.querySelector('.cursor');
    let place;
    const left = svg.viewBox.baseVal.x;
    const scale = () => svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
    const hide = () => { tip.hidden = true; cursor.setAttribute('d', ''); };
    const show = (next, x, y) => {
      if (next === undefined) return hide();
      place = next;
      const shown = view.show(place);
      cursor.setAttribute('d', shown.outline);
      const box = svg.getBoundingClientRect();
      const px = x === undefined ? box.left + (shown.x - left) * scale() : x;
      const py = y === undefined ? box.top + shown.y * scale() : y;
      showTip(shown.title, shown.className, shown.rows, px, py);
    };
    svg.addEventListener('pointermove', (event) => {
      const box = svg.getBoundingClientRect();
      show(view.at((event.clientX - box.left) / scale() + left, (event.clientY - box.top) / scale()), event.clientX, event.clientY);
    });
    svg.addEventListener('pointerleave', hide);
    svg.addEventListener('blur', hide);
    svg.addEventListener('focus', () => { if (svg.matches(':focus-visible')) show(place === undefined ? view.move(undefined, 'Home') : place); });
    svg.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') return hide();
      const next = view.move(place, event.key);
      if (next === undefined) return;
      event.preventDefault();
      show(next);
    });
  }
`;

/** The button `#theme` changes between light and dark. */
export const THEME_BUTTON = `
  const root = document.documentElement;
  document.getElementById('theme').addEventListener('click', () => {
    const dark = root.style.colorScheme ? root.style.colorScheme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    root.style.colorScheme = dark ? 'light' : 'dark';
  });
`;
