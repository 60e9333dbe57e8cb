/** What the head of a request says of its body (RFC 9112, 6). */
export type ClientFraming =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }
  /** Ends with the stream that carries it (RFC 9113, 8.1). */
  | { readonly kind: 'stream' }
  /** A transfer coding that is not understood. */
  | { readonly kind: 'unsupported' };

/** No body. */
export const NO_BODY: ClientFraming = { kind: 'none' };
