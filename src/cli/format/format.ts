import type { FileReport } from './file-report.js';
import { formatGithub } from './github.js';
import { formatJson } from './json.js';
import { formatJunit } from './junit.js';
import { formatSarif } from './sarif.js';

/** The renderings for programs, by the name `--format` takes. Text is written file by file instead. */
export const FORMATS: Readonly<Record<string, (reports: readonly FileReport[]) => string>> = {
  json: formatJson,
  github: formatGithub,
  sarif: formatSarif,
  junit: formatJunit,
};
