import type { Difference, Skipped } from './differences.js';

const BALANCING = 'data-plane/01-balancing.json';
const HEALTH = 'data-plane/02-health.json';

const LIST = 'an empty list is [], as every other list; Kong shows {} because Lua cannot tell the two apart';
const PAGES = 'an offset names the last row seen, and `size` goes along into `next`';
const BY_HAND = 'the Admin API is read-only: health is not set by hand';
const GONE = 'nothing is probed that no config names; Kong goes on until it is restarted';

/** Deliberate differences in the recordings of balancing and of health checks; see DIFFERENCES. */
export const BALANCING_DIFFERENCES: readonly Difference[] = [
  {
    recording: BALANCING,
    scenario: 'consistent-hashing on header, configured as X-Hash, sent as X-Hash',
    what: /^(counts|map)$/,
    ours: 200,
    reason: 'a header with a dash in its name is hashed like any other; Kong never finds it',
  },
  { recording: BALANCING, scenario: 'no targets', what: /balancer_health=1$/, ours: 200, reason: LIST },
  {
    recording: BALANCING,
    scenario: 'one target resolves, one does not',
    what: /health$/,
    ours: 200,
    reason: LIST,
  },
  { recording: HEALTH, scenario: 'unresolved target', what: /^admin/, ours: 200, reason: LIST },
  {
    recording: HEALTH,
    what: 'admin GET /targets',
    ours: 200,
    reason: 'all targets can be listed, as every other kind',
  },
  { recording: HEALTH, what: /\?size=1$/, ours: 200, reason: PAGES },
  { recording: HEALTH, what: /^admin PUT .*healthy$/, ours: 405, reason: BY_HAND },
  {
    recording: HEALTH,
    scenario: /^probes after the upstream is gone/,
    what: /^probes in/,
    ours: 200,
    reason: GONE,
  },
];

/** Scenarios of those recordings that cannot be played. */
export const BALANCING_SKIPPED: readonly Skipped[] = [
  { recording: BALANCING, scenario: /on consumer$/, reason: 'consumers are told apart by plugins' },
  {
    recording: HEALTH,
    scenario: /^probe request: /,
    reason: 'every byte of a probe is held against them in the unit tests of health checks',
  },
  {
    recording: HEALTH,
    scenario: /^(probe interval|probe rate|concurrency)/,
    reason: 'a matter of time: the unit tests of the prober have a clock of their own',
  },
  { recording: BALANCING, scenario: /^retries: (?!order)/, reason: 'played over sockets, see the next test' },
];
