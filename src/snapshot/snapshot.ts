import type { GatewayConfig } from '../config/entities.js';
import { routerSteps } from '../router/build.js';
import type { Router } from '../router/router.js';
import { doAtPace, type Pace, type Steps } from '../steps.js';
import { type CertificateIndex, certificateIndexSteps } from '../tls/certificate-index.js';
import { type UpstreamCredentials, upstreamCredentialSteps } from '../tls/upstream-credentials.js';
import type { UpstreamSet } from '../upstreams/upstream-set.js';
import type { Upstreams } from '../upstreams/upstreams.js';

/** Everything one config needs to serve, immutable and built before it is published. */
export interface Snapshot {
  /** Counts the snapshots this process built, from 1. */
  readonly version: number;
  readonly config: GatewayConfig;
  readonly router: Router;
  /** Which certificate a client is shown. */
  readonly certificates: CertificateIndex;
  /** Whom services trust, and what is shown to them. */
  readonly credentials: UpstreamCredentials;
  /** What is balanced; at work from `Upstreams.serve` on. */
  readonly upstreams: UpstreamSet;
  /** When the snapshot was built, in milliseconds since 1970. */
  readonly builtAt: number;
}

/**
 * Builds what serves from a valid config, at a pace that lets requests through meanwhile. It opens no socket and
 * leaves no timer: dropping the result undoes it.
 */
export function buildSnapshot(
  config: GatewayConfig,
  version: number,
  now: number,
  upstreams: Pick<Upstreams, 'steps'>,
  pace: Pace,
): Promise<Snapshot> {
  return doAtPace(snapshotSteps(config, version, now, upstreams), pace);
}

/** The steps of that, for those who set a pace of their own. */
export function* snapshotSteps(
  config: GatewayConfig,
  version: number,
  now: number,
  upstreams: Pick<Upstreams, 'steps'>,
): Steps<Snapshot> {
  const router = yield* routerSteps(config);
  const certificates = yield* certificateIndexSteps(config);
  const credentials = yield* upstreamCredentialSteps(config);
  const balanced = yield* upstreams.steps(config);
  yield* balanced.readySteps();
  const parts = { router, certificates, credentials, upstreams: balanced };
  return Object.freeze({ version, config, ...parts, builtAt: now });
}
