import { PAGE_TOOLS, THEME_BUTTON } from '../../page/script.js';

/** The script of the memory page: tells what is under the pointer or the cursor, and switches owners off. It only ever sets text. */
export const SCRIPT = `
'use strict';
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
${PAGE_TOOLS}
  const bytesText = (bytes) => {
    const power = bytes < 1 ? 0 : Math.min(4, Math.floor(Math.log2(bytes) / 10));
    const value = bytes / 1024 ** power;
    return (power ? value.toFixed(1) : value) + ' ' + ['B', 'KiB', 'MiB', 'GiB', 'TiB'][power];
  };
  function mapView(map, owners, tape) {
    const count = map.cells.length / 3;
    const starts = new Float64Array(count), widths = new Float64Array(count), offsets = new Float64Array(count), owner = new Int32Array(count);
    const first = [];
    let cell = 0;
    map.segments.forEach(([, start, scale, cells], s) => {
      first.push(cell);
      let offset = 0;
      for (let i = 0; i < cells; i += 1, cell += 1) {
        starts[cell] = start + offset * scale;
        widths[cell] = map.cells[3 * cell] * scale;
        offsets[cell] = offset;
        owner[cell] = s;
        offset += map.cells[3 * cell];
      }
    });
    const merged = new Map();
    for (let i = 0; i < map.merged.length; i += 3) merged.set(map.merged[i], [map.merged[i + 1], map.merged[i + 2]]);
    const last = (list, value) => {
      let low = -1, high = list.length;
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (list[middle] <= value) low = middle; else high = middle;
      }
      return low;
    };
    return {
      at(x, y) {
        const row = Math.floor(y / tape.step);
        if (x < 0 || x >= tape.width) return undefined;
        const position = row * tape.width + x;
        const found = last(starts, position);
        return found >= 0 && position < starts[found] + Math.max(widths[found], 0.5) ? found : undefined;
      },
      show(i) {
        const bytes = map.cells[3 * i], requested = map.cells[3 * i + 2];
        const [className, title] = owners[map.cells[3 * i + 1]];
        const rows = [['size', bytesText(bytes)], ['offset', '+0x' + offsets[i].toString(16) + ' (' + bytesText(offsets[i]) + ')']];
        const several = merged.get(i);
        if (several) rows.push(['blocks', several[0] + ' small ones'], ['in use', bytesText(several[1])]);
        if (requested > 0) rows.push(['asked for', bytesText(requested) + ' (' + (100 * requested / (several ? several[1] : bytes)).toFixed(1) + ' %)']);
        rows.push([map.segments[owner[i]][0], '']);
        let outline = '';
        for (let at = starts[i], end = starts[i] + widths[i]; at < end - 0.001 || outline === '';) {
          const row = Math.floor((at + 0.0005) / tape.width);
          const until = Math.min(end, (row + 1) * tape.width);
          const x = Math.max(0, at - row * tape.width), width = Math.max(1, until - at);
          outline += 'M' + x + ' ' + (row * tape.step + 3) + 'h' + width + 'v' + tape.height + 'h' + -width + 'z';
          at = Math.max(until, at + 0.001);
        }
        const row = Math.floor(starts[i] / tape.width);
        return { title, className, rows, outline, x: starts[i] - row * tape.width, y: (row + 1) * tape.step };
      },
      move(i, key) {
        if (count === 0) return undefined;
        const at = i === undefined ? 0 : i;
        if (key === 'Home') return 0;
        if (key === 'End') return count - 1;
        if (key === 'ArrowRight') return Math.min(count - 1, at + 1);
        if (key === 'ArrowLeft') return Math.max(0, at - 1);
        if (key === 'ArrowDown') return first[Math.min(first.length - 1, owner[at] + 1)];
        if (key === 'ArrowUp') return first[Math.max(0, owner[at] - 1)];
        return undefined;
      },
    };
  }

  function timelineView(time, series) {
    const count = time.reserved.length;
    const middle = (i) => time.left + time.width * (i + 0.5) / count;
    const ms = (i) => time.startMs + (time.endMs - time.startMs) * (i + 0.5) / count;
    return {
      at(x) {
        const i = Math.floor((x - time.left) / time.width * count);
        return i >= 0 && i < count ? i : undefined;
      },
      show(i) {
        const rows = [];
        let total = 0;
        series.forEach(([className, label], s) => {
          const bytes = time.active[s][i];
          total += bytes;
          if (bytes > 0) rows.unshift([label, bytesText(bytes), className]);
        });
        rows.push(['in use', bytesText(total)], ['reserved', bytesText(time.reserved[i])]);
        for (const [name, list] of time.events) {
          for (let e = 0; e < list.length; e += 3) {
            if (list[e] === i) rows.push([name, list[e + 1] + ' × , ' + bytesText(list[e + 2])]);
          }
        }
        const x = middle(i);
        return { title: 'at ' + (ms(i) < 1000 ? ms(i).toFixed(1) + ' ms' : (ms(i) / 1000).toFixed(2) + ' s'), rows, outline: 'M' + x + ' ' + time.top + 'V' + time.bottom, x, y: time.top };
      },
      move(i, key) {
        const at = i === undefined ? 0 : i;
        if (key === 'Home') return 0;
        if (key === 'End') return count - 1;
        if (key === 'ArrowRight') return Math.min(count - 1, at + 1);
        if (key === 'ArrowLeft') return Math.max(0, at - 1);
        return undefined;
      },
    };
  }

  data.pools.forEach((pool, p) => {
    const map = document.getElementById('map-' + p);
    if (map) follow(map, mapView(pool.map, pool.owners, data.tape));
    const time = document.getElementById('timeline-' + p);
    if (time) follow(time, timelineView(pool.timeline, pool.series));
  });

  for (const button of document.querySelectorAll('.legend button')) {
    button.addEventListener('click', () => {
      const on = button.getAttribute('aria-pressed') !== 'true';
      button.setAttribute('aria-pressed', String(on));
      button.closest('section').classList.toggle('off-' + button.dataset.layer, !on);
    });
  }

${THEME_BUTTON}})();
`;
