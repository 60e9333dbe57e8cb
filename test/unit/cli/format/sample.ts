import type { FileReport } from '#gateway/cli/format/file-report.js';
import type { ConfigIssue } from '#gateway/config/issue.js';

/** An error with all of its fields, and with characters that every format has to care for. */
export const error: ConfigIssue = {
  code: 'wrong-type',
  severity: 'error',
  file: 'teams/a b,c.yaml',
  line: 12,
  column: 12,
  endColumn: 15,
  entity: 'service',
  name: 'users',
  field: 'retries',
  path: 'services[0].retries',
  message: 'expected 100% of "an <integer>" & more\r\n(got "x")',
  hint: 'write a whole number',
  source: '  retries: "x"',
};

/** A warning with nothing that can be left out. */
export const warning: ConfigIssue = {
  code: 'unused-upstream',
  severity: 'warning',
  file: 'teams/a b,c.yaml',
  line: 3,
  column: 1,
  endColumn: 1,
  field: '',
  path: '',
  message: 'no service has this upstream as its host',
};

export function report(over: Partial<FileReport> = {}): FileReport {
  return { file: 'teams/a b,c.yaml', valid: false, usable: true, issues: [warning, error], ...over };
}
