import { digest } from './authorities.js';

/** What the gateway shows to a server that asks who it is. */
export interface ClientIdentity {
  /** PEM: its certificate, and those between it and an authority. */
  readonly certificate: string;
  /** PEM, never to be shown. */
  readonly privateKey: string;
  /** Equal for the same certificate and key; tells nothing of either. */
  readonly key: string;
}

/** An identity from two PEM texts that belong together. */
export function clientIdentity(certificate: string, privateKey: string): ClientIdentity {
  return { certificate, privateKey, key: digest([certificate, privateKey]) };
}
