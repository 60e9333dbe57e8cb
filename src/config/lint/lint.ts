import type { Finding } from '../finding.js';
import { findUnusedCertificates } from './certificates.js';
import { findUnusedConsumers } from './consumers.js';
import { checkPathSyntax } from './path-syntax.js';
import { checkRouteFields } from './route-fields.js';
import type { LintContext, LintRule } from './rule.js';
import { findPlainSecrets } from './secrets.js';
import { checkServices } from './services.js';
import { checkUpstreams } from './upstreams.js';

export type { LintContext, LintRule } from './rule.js';

const RULES: readonly LintRule[] = [
  checkServices,
  checkRouteFields,
  checkPathSyntax,
  checkUpstreams,
  findUnusedConsumers,
  findUnusedCertificates,
  findPlainSecrets,
];

/** Warnings about a config that is valid, by the rules of this part and by those of the caller. */
export function lintConfig(context: LintContext, rules: readonly LintRule[] = []): readonly Finding[] {
  return [...RULES, ...rules].flatMap((rule) => rule(context));
}
