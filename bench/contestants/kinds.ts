import { caddy } from './caddy.js';
import type { ContestantKind } from './contestant.js';
import { gateway } from './gateway.js';
import { nginx } from './nginx.js';
import { stock } from './stock.js';

/** All contestants. The first is what the others are compared with. */
export const CONTESTANT_KINDS: readonly ContestantKind[] = [gateway, stock, nginx, caddy];
