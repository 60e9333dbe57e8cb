import type { Difference, Skipped } from './differences.js';

const GRPC = 'data-plane/08-grpc.json';

/** Rows of the gRPC recording that this gateway answers differently from Kong on purpose. */
export const GRPC_DIFFERENCES: readonly Difference[] = [
  {
    recording: GRPC,
    what: 'gRPC call to an http service whose upstream is gRPC',
    ours: 502,
    reason: 'what is no HTTP/1.1 is told at its first bytes: Kong waits until the read timeout',
  },
  {
    recording: GRPC,
    what: /Accept grpc, no route$/,
    ours: 404,
    reason: 'a request of HTTP/1.1 is no gRPC call, whatever it accepts: it gets the error in words',
  },
];

/** Scenarios of the gRPC recording that are not played. */
export const GRPC_SKIPPED: readonly Skipped[] = [];
