import type { Finding } from '../config/finding.js';
import type { LintContext, LintRule } from '../config/lint/rule.js';
import { findAmbiguousRoutes } from './ambiguous-routes.js';
import { listEntries } from './route-entries.js';
import { describeShadowed, findShadowed } from './unreachable-routes.js';

/** The rules that need to know how the router chooses: for `loadConfigs`, which stands below the router. */
export const ROUTE_RULES: readonly LintRule[] = [checkRouteOrder];

function checkRouteOrder(context: LintContext): readonly Finding[] {
  const entries = listEntries(context.config);
  const shadowed = findShadowed(entries);
  return [...describeShadowed(shadowed, context), ...findAmbiguousRoutes(entries, shadowed, context)];
}
