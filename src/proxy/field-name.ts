/** What happens to a line of a client's request. */
export type RequestRole =
  /** Goes on as it is. */
  | 'pass'
  /** Speaks of one connection only (RFC 9110, 7.6.1), or is the gateway's to write. */
  | 'drop'
  | 'host'
  | 'forwarded-for'
  | ForwardedRole
  | 'via'
  | 'te'
  | 'debug';

/** Claims about the client's own request, which count where they come from a trusted peer. */
export type ForwardedRole =
  | 'forwarded-proto'
  | 'forwarded-host'
  | 'forwarded-port'
  | 'forwarded-path'
  | 'forwarded-prefix';

/** What happens to a line of an upstream's answer. */
export type AnswerRole =
  | 'pass'
  | 'drop'
  | 'upgrade'
  | 'trailer'
  | 'via'
  | 'content-type'
  | 'content-length'
  | 'server'
  | 'date';

/** A field's name as somebody spelled it, with what it means. */
export interface FieldName {
  readonly lower: string;
  readonly request: RequestRole;
  readonly answer: AnswerRole;
}

/** So many spellings are remembered; there are no more in honest traffic. */
const MAX_KNOWN = 4_096;
const known = new Map<string, FieldName>();

/** Looks up what a name means. Spellings are remembered, so that no name is taken apart at every request. */
export function fieldName(name: string): FieldName {
  const found = known.get(name);
  if (found !== undefined) return found;
  const lower = name.toLowerCase();
  const fresh = { lower, request: requestRole(name, lower), answer: answerRole(lower) };
  if (known.size < MAX_KNOWN) known.set(name, fresh);
  return fresh;
}

/** Names that Kong's nginx does not take (with `.` or `$`, for example) are dropped. */
function requestRole(name: string, lower: string): RequestRole {
  switch (lower) {
    case 'host':
    case 'via':
    case 'te':
      return lower;
    case 'x-forwarded-for':
      return 'forwarded-for';
    case 'x-forwarded-proto':
      return 'forwarded-proto';
    case 'x-forwarded-host':
      return 'forwarded-host';
    case 'x-forwarded-port':
      return 'forwarded-port';
    case 'x-forwarded-path':
      return 'forwarded-path';
    case 'x-forwarded-prefix':
      return 'forwarded-prefix';
    case 'kong-debug':
      return 'debug';
    case 'connection':
    case 'keep-alive':
    case 'proxy-connection':
    case 'upgrade':
    case 'expect':
    case 'content-length':
    case 'transfer-encoding':
    case 'x-real-ip':
    case 'x-kong-request-id':
      return 'drop';
    default:
      return /^[A-Za-z0-9_-]+$/.test(name) ? 'pass' : 'drop';
  }
}

function answerRole(lower: string): AnswerRole {
  switch (lower) {
    case 'upgrade':
    case 'trailer':
    case 'via':
    case 'content-type':
    case 'content-length':
    case 'server':
    case 'date':
      return lower;
    case 'connection':
    case 'keep-alive':
    case 'transfer-encoding':
    case 'x-pad':
    case 'x-accel-redirect':
    case 'x-accel-expires':
    case 'x-accel-limit-rate':
    case 'x-accel-buffering':
    case 'x-accel-charset':
    case 'x-kong-upstream-latency':
    case 'x-kong-proxy-latency':
    case 'x-kong-request-id':
      return 'drop';
    default:
      return 'pass';
  }
}
