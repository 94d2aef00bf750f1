import { PAGE_TOOLS, THEME_BUTTON } from '../../../page/script.js';

/** The script of the page of a comparison: sorts and filters tables, and tells what is under the pointer. It only sets text. */
export const SCRIPT = `
'use strict';
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
${PAGE_TOOLS}
  // Numbers by what they are, with those that there are none of at the end; text as a person sorts it.
  const numberOf = (cell) => (cell.dataset.by === '' ? NaN : Number(cell.dataset.by));
  function compare(x, y, isNumber, sign) {
    if (!isNumber) return sign * x.textContent.localeCompare(y.textContent, undefined, { numeric: true });
    const p = numberOf(x), q = numberOf(y);
    if (Number.isNaN(p) || Number.isNaN(q)) return Number(Number.isNaN(p)) - Number(Number.isNaN(q));
    return p === q ? 0 : sign * (p < q ? -1 : 1);
  }
  for (const table of document.querySelectorAll('table.sortable')) {
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      head.querySelector('button').addEventListener('click', () => {
        const isDown = head.getAttribute('aria-sort') === 'ascending';
        for (const other of heads) other.removeAttribute('aria-sort');
        head.setAttribute('aria-sort', isDown ? 'descending' : 'ascending');
        const isNumber = head.classList.contains('n');
        const rows = [...body.rows].sort((x, y) => compare(x.cells[column], y.cells[column], isNumber, isDown ? -1 : 1));
        body.append(...rows);
      });
    });
  }
  const filter = document.getElementById('filter');
  if (filter) {
    filter.addEventListener('input', () => {
      const wanted = filter.value.toLowerCase();
      for (const row of document.getElementById('values').tBodies[0].rows) {
        const texts = [...row.cells].slice(1, 4).map((cell) => (cell.title || cell.textContent).toLowerCase());
        row.hidden = !texts.some((text) => text.includes(wanted));
      }
    });
  }

  const plot = data.plot;
  const svg = document.getElementById('errors');
  if (plot && svg) {
    const count = plot.x.length;
    follow(svg, {
      at(x, y) {
        // The nearest of those that are close from left to right.
        const around = Math.round((x - plot.left) / plot.width * count - 0.5);
        const reach = Math.ceil(6 / plot.width * count);
        let best, distance = Infinity;
        for (let i = Math.max(0, around - reach); i <= Math.min(count - 1, around + reach); i += 1) {
          const d = (plot.x[i] - x) ** 2 + ((plot.y[i] - y) / 4) ** 2;
          if (d < distance) { distance = d; best = i; }
        }
        return best;
      },
      show(i) {
        const rows = [['operator', plot.operators[i]], ['value', plot.names[i]], ['SNR', plot.snr[i]], ['max abs', plot.maxAbs[i]]];
        if (plot.nonFinite[i]) rows.push(['not finite', String(plot.nonFinite[i])]);
        const x = plot.x[i], y = plot.y[i];
        return { title: plot.nodes[i], rows, outline: 'M' + (x - 6) + ' ' + y + 'a6 6 0 1 0 12 0a6 6 0 1 0 -12 0', x, y };
      },
      move(i, key) {
        const at = i === undefined ? 0 : i;
        if (key === 'Home') return 0;
        if (key === 'End') return count - 1;
        if (key === 'ArrowRight') return Math.min(count - 1, at + 1);
        if (key === 'ArrowLeft') return Math.max(0, at - 1);
        return undefined;
      },
    });
  }
${THEME_BUTTON}})();
`;
