import type { GatewayConfig } from '../entities.js';
import type { Finding, Path } from '../finding.js';

/** What the rules for legal but wrong configs look at. */
export interface LintContext {
  /** The merged config as it is in the files, with values from outside filled in. */
  readonly value: Record<string, unknown>;
  /** The same, as it serves. */
  readonly config: GatewayConfig;
  /** Where an entity of `config` stands in `value`. */
  readonly pathOf: (entity: object) => Path | undefined;
  /** The places in `value` whose value came from outside of the file. */
  readonly outside: readonly Path[];
}

/** Looks for what is legal and probably not meant. The paths of its findings are those of `value`. */
export type LintRule = (context: LintContext) => readonly Finding[];

/** A finding that does not keep a config from serving. */
export function warning(code: string, path: Path, message: string, hint: string): Finding {
  return { code, severity: 'warning', path, message, hint };
}
