import { createHash } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Certificate } from '../config/entities.js';
import { contextOptions, type TlsTerms } from './terms.js';

/**
 * What OpenSSL needs to show a certificate, made when the first client asks for it: a swap to a config with many
 * certificates makes none. A context lives as long as a config with its certificate; of configs that follow one another
 * and have the same certificate, the later ones take over the context.
 */
export class SecureContexts {
  readonly #terms: TlsTerms;
  readonly #default: SecureContext;
  readonly #byCertificate = new WeakMap<Certificate, SecureContext>();
  readonly #byContent = new Map<string, WeakRef<SecureContext>>();
  readonly #collected = new FinalizationRegistry<string>((content) => this.#forget(content));

  constructor(terms: TlsTerms) {
    this.#terms = terms;
    this.#default = createSecureContext(contextOptions(terms, terms.defaults));
  }

  /** Undefined asks for the default certificate. Throws where OpenSSL does not take the certificate. */
  for(certificate: Certificate | undefined): SecureContext {
    if (certificate === undefined) return this.#default;
    const known = this.#byCertificate.get(certificate);
    if (known !== undefined) return known;
    const content = contentOf(certificate);
    const context = this.#byContent.get(content)?.deref() ?? this.#create(certificate, content);
    this.#byCertificate.set(certificate, context);
    return context;
  }

  #create({ cert, key, cert_alt, key_alt }: Certificate, content: string): SecureContext {
    const alternative = cert_alt === null || key_alt === null ? [] : [{ cert: cert_alt, key: key_alt }];
    const context = createSecureContext(contextOptions(this.#terms, [{ cert, key }, ...alternative]));
    this.#byContent.set(content, new WeakRef(context));
    this.#collected.register(context, content);
    return context;
  }

  #forget(content: string): void {
    if (this.#byContent.get(content)?.deref() === undefined) this.#byContent.delete(content);
  }
}

function contentOf({ cert, key, cert_alt, key_alt }: Certificate): string {
  return createHash('sha256')
    .update(JSON.stringify([cert, key, cert_alt, key_alt]))
    .digest('base64');
}
