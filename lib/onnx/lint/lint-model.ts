import { NodeTensorRTError } from '../../errors.js';
import { isBytes } from '../../tensor/data-types.js';
import { printable } from '../file/external-location.js';
import { Pauses } from '../file/pauses.js';
import { type ReadOptions, readModel } from '../file/read-model.js';
import type { Graph } from '../graph/graph.js';
import { Model } from '../graph/model.js';
import { constantPlaces } from './constant-places.js';
import { LintContext, operatorName } from './context.js';
import { type LintFinding, severities } from './finding.js';
import { type LintOptions, lintOptions, type RuleSettings } from './options.js';
import type { LintRule, Problem, Problems } from './rule.js';
import { attributeKind } from './rules/attribute-kind.js';
import { unreadable } from './rules/unreadable.js';
import { readStats, statsInMemory } from './tensor-stats.js';

/**
 * Looks for what is wrong with a model, what a backend would refuse, and what would surprise: a path, file URL, bytes, or
 * a model that was read. Nothing is run or changed, and no weights are read unless `deep` is set. docs/onnx-lint.md has
 * the rules. Findings come worst first; without any the list is empty.
 *
 * A file that cannot be read as a model is a finding of the rule `unreadable`. Throws MODEL_INVALID where there is no
 * file, or one that is of another kind (a plan, an archive: `details.looksLike`), and INVALID_ARGUMENT or OUT_OF_RANGE for
 * wrong options.
 *
 * @example
 * for (const { rule, message, hint } of await lintModel('model.onnx', { for: ['tensorrt'] })) console.log(rule, message, hint);
 */
export async function lintModel(
  model: string | URL | Uint8Array | Model,
  options: LintOptions = {},
): Promise<LintFinding[]> {
  const settings = lintOptions(options);
  const linter = new Linter(settings);
  if (model instanceof Model) await linter.model(model);
  else {
    const read = await readOrReport(model, settings.read, linter);
    if (read) await linter.model(read);
  }
  return linter.findings();
}

async function readOrReport(source: string | URL | Uint8Array, options: ReadOptions, linter: Linter) {
  try {
    return await readModel(source, options);
  } catch (error) {
    const isModel = error instanceof NodeTensorRTError && error.code === 'MODEL_INVALID';
    const { reason, looksLike } = isModel ? error.details : {};
    if (!isModel || looksLike !== undefined || (NO_FILE.includes(String(reason)) && !isBytes(source))) throw error;
    linter.report(unreadable, unreadable.problem(error));
    return undefined;
  }
}

const NO_FILE = ['not-found', 'not-a-file', 'unreadable', 'file-changed'];

class Linter {
  readonly #found = new Map<LintRule, LintFinding[]>();
  readonly #more = new Map<LintRule, number>();

  readonly #functions = new Map<Graph, string>();

  constructor(private readonly settings: RuleSettings) {}

  async model(model: Model): Promise<void> {
    for (const { body, domain, name } of model.functions) this.#functions.set(body, `${domain}.${name}`);
    const { rules, deep } = this.settings;
    const pauses = new Pauses();
    const context = await LintContext.of(model, this.settings.targets, pauses);
    const of = <K extends keyof LintRule>(hook: K) => rules.filter((rule) => rule[hook] !== undefined);
    const graphRules = of('graph');
    const nodeRules = of('node');
    const constantRules = of('constant');
    for (const rule of of('model')) this.#collect(rule, () => rule.model?.(context));
    for (const graph of model.graphs()) {
      for (const rule of graphRules) this.#collect(rule, () => rule.graph?.(graph, context));
      for (const node of graph.nodes) {
        for (const rule of nodeRules) this.#collect(rule, () => rule.node?.(node, context), { node });
        if (pauses.due) await pauses.take();
      }
    }
    if (constantRules.length === 0) return;
    for (const place of constantPlaces(model)) {
      const stats = statsInMemory(place.tensor) ?? (deep ? await readStats(place.tensor) : undefined);
      for (const rule of constantRules) this.#collect(rule, () => rule.constant?.(place, stats, context));
      if (pauses.due) await pauses.take();
    }
  }

  /** What a rule finds in one place. Models of others may have attributes of wrong kinds, on which rules fall over. */
  #collect(rule: LintRule, look: () => Problems | undefined, at: Pick<Problem, 'node'> = {}): void {
    try {
      for (const problem of look() ?? []) this.report(rule, problem);
    } catch (error) {
      if (!(error instanceof NodeTensorRTError) || error.code !== 'MODEL_INVALID') throw error;
      if (this.settings.rules.includes(attributeKind))
        this.report(attributeKind, attributeKind.problem(error, at.node));
    }
  }

  report(rule: LintRule, problem: Problem): void {
    const list = this.#found.get(rule) ?? [];
    this.#found.set(rule, list);
    const finding = this.#finding(rule, problem);
    if (finding === undefined) return;
    if (rule === attributeKind && list.some(({ message }) => message === finding.message)) return;
    if (list.length < this.settings.maxPerRule) list.push(finding);
    else this.#more.set(rule, (this.#more.get(rule) ?? 0) + 1);
  }

  #finding(rule: LintRule, problem: Problem): LintFinding | undefined {
    const targets = (problem.for ?? rule.for).filter((target) => this.settings.targets.has(target));
    if (targets.length === 0) return undefined;
    const { message, hint, node, value } = problem;
    const graph = problem.graph ?? (node && !node.isRemoved ? node.graph : value?.graph);
    const name = node && (node.name || node.outputs.find(Boolean)?.name);
    return {
      rule: rule.name,
      severity: this.settings.severities.get(rule.name) ?? problem.severity ?? rule.severity,
      message,
      hint,
      for: targets,
      ...(name ? { node: printable(name) } : {}),
      ...(node ? { operator: printable(operatorName(node)) } : {}),
      ...(value ? { value: printable(value.name) } : {}),
      ...(graph ? this.#where(graph) : {}),
    };
  }

  /** How a finding names a graph; that of the model has no need to be named. */
  #where(graph: Graph): { graph?: string } {
    if (graph.parent) return { graph: printable(graph.name || `of ${graph.parent.label}`) };
    const name = this.#functions.get(graph);
    return name === undefined ? {} : { graph: `function ${printable(name)}` };
  }

  /** All, worst first; rules in their order, and what is theirs in the order of the model. */
  findings(): LintFinding[] {
    const all: LintFinding[] = [];
    for (const rule of this.settings.rules) {
      const list = this.#found.get(rule) ?? [];
      all.push(...list);
      const more = this.#more.get(rule);
      const last = list.at(-1);
      if (!more || !last) continue;
      const { rule: name, severity, hint } = last;
      all.push({ rule: name, severity, message: `${more} more findings of this rule`, hint, for: last.for });
    }
    const rank = ({ severity }: LintFinding) => severities.indexOf(severity);
    return all.sort((a, b) => rank(a) - rank(b));
  }
}
