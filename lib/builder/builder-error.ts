import { type ErrorCode, errorTable, NodeTensorRTError } from '../errors.js';
import type { BuilderEvent, RefusedNode, Severity } from './events.js';
import type { BuilderEnd } from './run-builder.js';

/** What was said while a plan was built. */
export interface BuilderLog {
  readonly messages: { severity: Severity; text: string }[];
  /** By TensorRT's error recorder. */
  readonly recorded: { code: number; text: string }[];
  refused: readonly RefusedNode[];
  failed: Extract<BuilderEvent, { event: 'failed' }> | undefined;
}

const MAX_MESSAGES = 200;

export function emptyLog(): BuilderLog {
  return { messages: [], recorded: [], refused: [], failed: undefined };
}

/** Keeps what an event says. */
export function note(log: BuilderLog, event: BuilderEvent): void {
  const isKept = event.event === 'log' && (event.severity === 'error' || event.severity === 'warning');
  if (isKept && log.messages.length < MAX_MESSAGES) {
    log.messages.push({ severity: event.severity, text: event.text });
  }
  if (event.event === 'recorded' && log.recorded.length < MAX_MESSAGES) {
    log.recorded.push({ code: event.code, text: event.text });
  }
  if (event.event === 'refused') log.refused = event.nodes;
  if (event.event === 'failed') log.failed = event;
}

/** What a build that did not come to its end is told as. `hints` says what to do about nodes, by their names. */
export function builderError(
  what: string,
  log: BuilderLog,
  end: BuilderEnd,
  hints: (node: RefusedNode) => string | undefined,
): NodeTensorRTError {
  const facts = { log: log.messages, recorded: log.recorded, stderr: end.stderr, exitCode: end.exitCode };
  if (end.signal !== null || end.exitCode === null || (end.exitCode > 2 && log.failed === undefined)) {
    return crashed(what, log, end, facts);
  }
  if (log.refused.length > 0) {
    const nodes = log.refused.map((node) => ({ ...node, hint: hints(node) }));
    const text = `${what}: TensorRT's parser refuses ${list(nodes)}`;
    return new NodeTensorRTError('BUILD_FAILED', text, { reason: 'refused-nodes', nodes, ...facts });
  }
  const resource = missingResource(log);
  if (resource !== undefined) {
    const text = `${what}: TensorRT's builder wants ${resource} for this GPU, which its installation lacks. Install the complete TensorRT package, which has one for each compute capability; machines that only run plans do without it.`;
    return new NodeTensorRTError('BACKEND_UNAVAILABLE', text, { reason: 'builder-resource', resource, ...facts });
  }
  const { failed } = log;
  const said = log.messages.filter(({ severity }) => severity === 'error').map(({ text }) => text);
  if (failed === undefined || failed.code === 'BUILD_FAILED') {
    const why =
      [failed?.message, ...said].filter(Boolean).join('\n') || end.stderr.trim() || 'the builder does not say why';
    return new NodeTensorRTError('BUILD_FAILED', `${what}: ${why}`, {
      reason: 'builder',
      ...failed?.details,
      ...facts,
    });
  }
  const code = failed.code in errorTable ? (failed.code as ErrorCode) : 'INTERNAL';
  return new NodeTensorRTError(code, `${what}: ${failed.message}`, { ...failed.details, ...facts });
}

/** As TensorRT 11 says it: "Unable to load library: libnvinfer_builder_resource_sm90.so.11.2.1: …". */
function missingResource({ messages, recorded, failed }: BuilderLog): string | undefined {
  const said = [...messages, ...recorded].map(({ text }) => text).concat(failed?.message ?? '');
  return said.map((text) => /Unable to load library: ([\w.-]*builder_resource[\w.-]*\w)/.exec(text)?.[1]).find(Boolean);
}

/** What the signals mean that a system ends a process by. */
const ADVICE: Readonly<Record<string, string>> = {
  SIGKILL:
    'Systems do so with a process when memory runs out: lower memoryPools.workspace, or set buildMemoryBytes to be told of it.',
  SIGXFSZ: 'A file became larger than the system lets it be (ulimit -f).',
  SIGBUS: 'A library or model that it had open may have been cut short or replaced.',
  SIGSEGV: 'Try optimizationLevel: 0, or another version of TensorRT, or report it to NVIDIA with the model.',
};

function crashed(what: string, log: BuilderLog, end: BuilderEnd, facts: object): NodeTensorRTError {
  const how = end.signal === null ? `ended with exit code ${end.exitCode}` : `was ended by ${end.signal}`;
  const last = log.messages.at(-1)?.text ?? end.stderr.trim().split('\n').at(-1);
  const said = last ? `; the last that it said: ${last}` : '';
  const advice = ADVICE[end.signal ?? ''] ?? ADVICE['SIGSEGV'];
  const text = `${what}: the builder's process ${how}${said}. ${advice}`;
  return new NodeTensorRTError('BUILD_FAILED', text, { reason: 'builder-crashed', signal: end.signal, ...facts });
}

const SHOWN = 5;

function list(nodes: readonly (RefusedNode & { hint: string | undefined })[]): string {
  const shown = nodes.slice(0, SHOWN).map(({ name, op, node, text, hint }) => {
    const which = name ? `node '${name}'` : node >= 0 ? `node ${node}` : 'the model';
    return `${which}${op ? ` (${op})` : ''}: ${text}${hint ? ` ${hint}` : ''}`;
  });
  const more = nodes.length > SHOWN ? [`and ${nodes.length - SHOWN} more`] : [];
  return [...shown, ...more].join('; ');
}
