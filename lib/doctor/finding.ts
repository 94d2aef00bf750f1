/** 'ok': as it should be. 'info': worth knowing. 'warning': works, not as well as it could. 'error': does not work. */
export type Severity = 'ok' | 'info' | 'warning' | 'error';

/** One thing that was looked at. */
export interface Finding {
  /** Stable: 'memory/swappiness', 'gpu/0/persistence'. */
  readonly id: string;
  readonly severity: Severity;
  /** What there is. */
  readonly found: string;
  /** Why it matters; '' where all is as it should be. */
  readonly reason: string;
  /** The command or change that mends it; undefined where there is none. */
  readonly fix?: string;
}

export const ok = (id: string, found: string): Finding => ({ id, severity: 'ok', found, reason: '' });
export const info = (id: string, found: string, reason: string, fix?: string): Finding =>
  finding(id, 'info', found, reason, fix);
export const warning = (id: string, found: string, reason: string, fix?: string): Finding =>
  finding(id, 'warning', found, reason, fix);
export const error = (id: string, found: string, reason: string, fix?: string): Finding =>
  finding(id, 'error', found, reason, fix);

function finding(id: string, severity: Severity, found: string, reason: string, fix?: string): Finding {
  return { id, severity, found, reason, ...(fix !== undefined && { fix }) };
}
