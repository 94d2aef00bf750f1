// @ts-check
import { formatTable, formatTarget } from './report.mjs';

/** @import { Report } from './report.mjs' */

/**
 * @typedef {object} Result What results/NAME.json has.
 * @property {string} name
 * @property {string} title
 * @property {string} about
 * @property {string} date ISO 8601
 * @property {Record<string, string | number>} machine
 * @property {Record<string, string>} versions
 * @property {number} rounds
 * @property {boolean} quick
 * @property {Report} report
 * @property {unknown} raw what every subject returned in every round
 */

const HOW_TO_READ = `Every number is the median of the rounds. In a round all programs run one after the other, each in a
process of its own; rounds follow each other, so that a machine that gets faster or slower does so for all of them. A
ratio is taken within each round, and its median is shown. Thin lines in the pictures go from the lowest to the highest
round. How it is measured: [../README.md](../README.md).`;

/**
 * The page of all results.
 *
 * @param {readonly Result[]} results in the order of the page
 */
export function formatReadme(results) {
  const parts = ['# Results', 'Written by `npm run bench`; do not edit.', HOW_TO_READ, ...results.map(formatSection)];
  return `${parts.join('\n\n')}\n`;
}

/** @param {Result} result */
export function formatSection({ name, title, about, date, machine, versions, rounds, quick, report }) {
  const parts = [`## ${title}`, about];
  for (const { name: chart, title: text } of [...report.charts, ...(report.curves ?? [])])
    parts.push(`![${text}](${chart}.svg)`);
  for (const table of report.tables) parts.push(formatTable(table));
  if (report.targets.length > 0) {
    parts.push(`Targets:\n\n${report.targets.map((target) => `- ${formatTarget(target)}`).join('\n')}`);
  }
  for (const note of report.notes ?? []) parts.push(note);
  if (quick) parts.push('**Measured with `--quick`: shows that everything works, the numbers are not to be quoted.**');
  parts.push(`<sub>${formatSource({ machine, versions, date, rounds })} Raw data: [${name}.json](${name}.json).</sub>`);
  return parts.join('\n\n');
}

/** @param {Pick<Result, 'machine' | 'versions' | 'date' | 'rounds'>} result */
function formatSource({ machine, versions, date, rounds }) {
  const { cpu, cores, memoryGb, system, loadAverage } = machine;
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return (
    `${date.slice(0, 16).replace('T', ' ')} UTC, ${rounds} round${rounds === 1 ? '' : 's'}; ${cpu}, ${cores} cores, ` +
    `${memoryGb} GB, ${system}, load ${loadAverage} before the start; ${list.join(', ')}.`
  );
}
