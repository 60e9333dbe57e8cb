import { GatewayError } from '../errors.js';

export type Severity = 'error' | 'warning';

/** One thing that is wrong in a config file, with the place to mend it. Lines and columns count from 1. */
export interface ConfigIssue {
  /** Stable and machine-readable, `unknown-field` for example. */
  readonly code: string;
  readonly severity: Severity;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Where the offending text ends on its line (exclusive), for the caret. Equal to `column` when unknown. */
  readonly endColumn: number;
  /** The kind of entity the issue is in (`service`, `route`); absent at the top level of the file. */
  readonly entity?: string;
  /** The entity's name, or its id where it has no name. */
  readonly name?: string;
  /** The field inside the entity, `paths[1]` for example; empty for the entity as a whole. */
  readonly field: string;
  /** Where in the file: `services[0].routes[1].paths[1]`. */
  readonly path: string;
  /** What is wrong. */
  readonly message: string;
  /** What to write instead. */
  readonly hint?: string;
  /** The text of the line, for the caret. */
  readonly source?: string;
}

/** A config that cannot be served: all issues at once, in the order of the file. */
export class ConfigError extends GatewayError {
  readonly issues: readonly ConfigIssue[];

  constructor(issues: readonly ConfigIssue[]) {
    const [first] = issues;
    const count = issues.length === 1 ? '1 issue' : `${issues.length} issues`;
    super(
      'config_invalid',
      first === undefined ? 'invalid config' : `invalid config, ${count}: ${first.message}`,
    );
    this.issues = issues;
  }
}
