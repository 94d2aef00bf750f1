import type { PlanKey } from './key.js';
import type { ShapeProfile } from './profile.js';

/** The version of the file that this library writes, and the only one that it reads. */
export const PLAN_FORMAT = 1;

/** Which kind of TensorRT made a plan, and can load it. */
export type PlanBackend = 'tensorrt' | 'tensorrt-rtx';

/** An input or output of a plan. */
export interface PlanTensor {
  name: string;
  /** Element type, as 'float32'. */
  type: string;
  /** A text is an open dimension. */
  dims: readonly (number | string)[];
}

/** A layer of the network that a plan was built from. */
export interface PlanLayer {
  name: string;
  /** As NVIDIA has it, without its k: 'CONVOLUTION'. */
  type: string;
  /** Element type of its first output. */
  precision: string;
  /** Names of the tensors that it reads. */
  inputs: readonly string[];
  outputs: readonly PlanTensor[];
}

/** What the builder said. */
export interface PlanMessage {
  severity: string;
  text: string;
}

/** A GPU that a plan was built on and for. */
export interface PlanDevice {
  name: string;
  /** 'GPU-…' */
  uuid: string;
  /** '8.6' */
  computeCapability: string;
  /** Version of the driver: '580.65.06'. */
  driver: string;
}

/** The model that a plan was built from. */
export interface PlanModel {
  /** Name of the file, or what was given for it. */
  name: string;
  /** SHA-256 of the graph and all external data, in hexadecimal. */
  sha256: string;
  /** Bytes of both together. */
  bytes: number;
  /** What its nodes compute in: 'fp32', 'fp16' … */
  precision: string;
  /**
   * SHA-256 of all that was built but the weights, of which others may take the place: they must come from a model that has
   * the same. @default the plan keeps its weights
   */
  structureSha256?: string;
}

/** Where the plan of TensorRT is in the file. */
export interface PlanPayload {
  /** From the start of the file; a multiple of 4096. */
  offset: number;
  bytes: number;
  /** Of these bytes, in hexadecimal. */
  sha256: string;
}

/** What a plan file says about the plan in it. */
export interface PlanHeader {
  /** 1 */
  formatVersion: number;
  /** When, in ISO 8601 and UTC. */
  createdAt: string;
  /** 'node-tensorrt' and its version. */
  createdBy: string;
  backend: PlanBackend;
  /** Of the TensorRT that built it: '1.7.1.116'. */
  version: string;
  /** Of the headers that the builder was compiled with: '1.7.0'. */
  headers: string;
  /** Compute capabilities that it runs on: 'sm86'. */
  targets: readonly string[];
  /** The GPU that it was built on. @default built without one */
  device?: PlanDevice;
  /** System and processor: 'linux-x64'. */
  platform: string;
  /** Options of the build that were in force. */
  options: Readonly<Record<string, unknown>>;
  model: PlanModel;
  inputs: readonly PlanTensor[];
  outputs: readonly PlanTensor[];
  /** Shapes that it takes; none where all are fixed. */
  profiles: readonly ShapeProfile[];
  layers: readonly PlanLayer[];
  /** Warnings of the builder: the first 200. */
  messages: readonly PlanMessage[];
  payload: PlanPayload;
  /** Whether its weights can be replaced. */
  refittable: boolean;
  /** Whether its weights are left out, to be put in before use. */
  stripped: boolean;
  /** Whether later versions of TensorRT load it. */
  versionCompatible: boolean;
  /** How long the build took, in milliseconds. @default not known */
  buildMs?: number;
  /** What it is kept under in a cache. @default not from a cache */
  key?: PlanKey;
}

/** A header before the payload is known. */
export type PlanDraft = Omit<PlanHeader, 'payload'>;

/** A signature over the header, which has the hash of the payload. */
export interface PlanSignature {
  /** 'hmac-sha256': by the key of a user. 'ed25519': by a private key, for everybody who has the public one. */
  algorithm: 'hmac-sha256' | 'ed25519';
  /** Which key: the first 16 hexadecimal digits of a SHA-256 of it; of a public one, in DER. */
  keyId: string;
  /** In base64. */
  value: string;
}

/** What is known of a plan file without its payload. */
export interface PlanFile {
  header: PlanHeader;
  /** Not checked yet. */
  signatures: readonly PlanSignature[];
  /** Where the plan of TensorRT is; the same as in the header. */
  payload: { offset: number; bytes: number };
}
