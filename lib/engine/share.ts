import { randomBytes } from 'node:crypto';
import { argumentError, NodeTensorRTError } from '../errors.js';
import type { NativeEngine } from '../native/contract.js';
import { getPort, type Port } from '../native/port.js';
import type { Placement } from './placement.js';

/** What a thread that opens a shared engine has to know of it beside its signature. */
export interface SharedDescription {
  name: string;
  placement: Placement;
  float16: 'bits' | 'array';
  /** Each handle keeps the order of its own runs. */
  preserveOrder: boolean;
}

/** What `Engine` is made of when it is opened by a token. */
export interface OpenedEngine extends SharedDescription {
  native: NativeEngine;
  port: Port;
}

const PREFIX = 'node-tensorrt';
const TOKEN = /^node-tensorrt:([0-9a-f]{16}):[0-9a-f]{32}$/;

/** A token that cannot be guessed, and that says which process it is of. */
export function makeToken(port: Port): string {
  return `${PREFIX}:${port.processId}:${randomBytes(16).toString('hex')}`;
}

/** Opens the engine of a token. Throws INVALID_ARGUMENT, UNSUPPORTED (another process's) or NOT_OPEN. */
export function openShared(token: unknown): OpenedEngine {
  const [, processId] = (typeof token === 'string' && TOKEN.exec(token)) || [];
  if (processId === undefined) throw argumentError('token', 'what engine.share() returned', token);
  const port = getPort();
  if (processId !== port.processId) {
    throw new NodeTensorRTError(
      'UNSUPPORTED',
      'the token is of another process: an engine is shared by the threads of one process. Load the model here, too, ' +
        'or send requests to the process that has it.',
      { option: 'token' },
    );
  }
  const opened = port.native.openEngine(token as string);
  if (opened === undefined) {
    throw new NodeTensorRTError('NOT_OPEN', 'the engine of this token is closed; share() holds it open for 30 s only', {
      option: 'token',
    });
  }
  return { native: opened.engine, port, ...(JSON.parse(opened.description) as SharedDescription) };
}
