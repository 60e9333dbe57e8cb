import type { Difference } from './differences.js';

export const FORWARDED = 'data-plane/06-forwarded-and-real-ip.json';

/** What is deliberately different about forwarded headers and the PROXY protocol. */
export const FORWARDED_DIFFERENCES: readonly Difference[] = [
  {
    recording: FORWARDED,
    scenario: /^peer /,
    what: 'XFF twice',
    ours: 200,
    reason:
      'X-Forwarded-For lines are joined (RFC 9110, 5.3): no upstream misses an address that Kong itself looks at',
  },
  {
    recording: FORWARDED,
    scenario: /^PROXY protocol/,
    what: 'v1 in two packets',
    ours: 200,
    reason: 'where packets end means nothing in TCP: the rest of a header is waited for',
  },
];
