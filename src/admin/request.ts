/** What of a request takes part in the answer. */
export interface AdminRequest {
  readonly method: string;
  /** The segments of the path, percent-decoded, without the empty one a trailing slash makes. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly contentType: string | undefined;
  readonly body: string;
}

/** Splits a request target. The target may be in absolute form (RFC 9112, 3.2.2): its authority is not looked at. */
export function parseTarget(target: string): Pick<AdminRequest, 'segments' | 'query'> {
  const local = target.replace(/^https?:\/\/[^/?]*/i, '');
  const cut = local.indexOf('?');
  const path = cut === -1 ? local : local.slice(0, cut);
  const segments = path.replace(/^\//, '').split('/');
  if (segments.at(-1) === '') segments.pop();
  return {
    segments: segments.map(decodeSegment),
    query: new URLSearchParams(cut === -1 ? '' : local.slice(cut + 1)),
  };
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // Not percent-encoding after all: taken literally it names nothing, and the answer is a 404.
    return segment;
  }
}
