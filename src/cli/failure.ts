import { formatIssue } from '../config/format-issue.js';
import { ConfigError } from '../config/issue.js';
import { GatewayError, ListenError, WorkerError } from '../errors.js';
import type { Terminal } from './terminal.js';

/** What the process answers its caller; told in `--help`. */
export const EXIT = {
  ok: 0,
  /** The config is invalid, a port is taken, or a defect of ours ended the process. */
  failed: 1,
  /** The command line, a variable or a file cannot be used at all. */
  unusable: 2,
} as const;

/** Tells everything about what stopped a command, and returns the exit code that goes with it. */
export function reportFailure(error: unknown, terminal: Terminal): number {
  if (error instanceof ConfigError) {
    for (const issue of error.issues) terminal.err(formatIssue(issue, { color: terminal.color }));
    const files = new Set(error.issues.map(({ file }) => file));
    terminal.err(`${plural(error.issues.length, 'issue')} in ${[...files].join(', ')}`);
    return EXIT.failed;
  }
  if (error instanceof GatewayError) {
    terminal.err(`error: ${error.message}`);
    const failed = error instanceof ListenError || error instanceof WorkerError;
    return failed ? EXIT.failed : EXIT.unusable;
  }
  terminal.err(`unexpected error: ${error instanceof Error ? error.stack : String(error)}`);
  return EXIT.failed;
}

/** `1 route`, `2 routes`. */
export function plural(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}
