import { createHash } from 'node:crypto';

/** A policy that lets nothing run but this script and style sheet, by hash, and loads nothing. */
export function pagePolicy(script: string, style: string): string {
  return `default-src 'none'; script-src '${hash(script)}'; style-src '${hash(style)}'; base-uri 'none'; form-action 'none'`;
}

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
