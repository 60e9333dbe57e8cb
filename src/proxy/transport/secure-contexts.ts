import { createSecureContext, type SecureContext } from 'node:tls';
import type { UpstreamTls } from './transport.js';

/** So many are kept; an authority's takes some kilobytes, a bundle of all public ones a megabyte. */
const MAX_CONTEXTS = 256;

/** What TLS connections share whose certificates are the same on both sides: costly to build, so built once. */
export class SecureContexts {
  /** From the one used longest ago to the one used last. */
  readonly #known = new Map<string, SecureContext>();

  /** Throws what OpenSSL says of a certificate or key that it cannot use. */
  contextFor({ verification, identity }: UpstreamTls): SecureContext {
    const key = `${verification?.authorities.key ?? ''} ${identity?.key ?? ''}`;
    const found = this.#known.get(key);
    if (found !== undefined) {
      this.#known.delete(key);
      this.#known.set(key, found);
      return found;
    }
    const fresh = createSecureContext({
      // Without a list Node.js trusts its own; with an empty one nobody.
      ca: [...(verification?.authorities.certificates ?? [])],
      ...(identity === undefined ? {} : { cert: identity.certificate, key: identity.privateKey }),
    });
    this.#known.set(key, fresh);
    if (this.#known.size > MAX_CONTEXTS) this.#forgetOldest();
    return fresh;
  }

  #forgetOldest(): void {
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest);
      return;
    }
  }
}
