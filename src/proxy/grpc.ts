import type { RouteProtocol } from '../config/entities.js';
import type { ClientRequestHead } from './client-stream.js';
import { fieldValue } from './field-value.js';

/** Kong's statuses of gRPC for those of HTTP; 2 (unknown) for all others. */
const STATUSES: Readonly<Record<number, number>> = {
  200: 0,
  400: 3,
  401: 16,
  403: 7,
  404: 5,
  408: 4,
  409: 6,
  413: 8,
  414: 3,
  429: 8,
  499: 1,
  500: 13,
  501: 12,
  502: 13,
  503: 14,
  504: 4,
};

/** Kong's words for the statuses of gRPC. */
const MESSAGES: Readonly<Record<number, string>> = {
  0: 'OK',
  1: 'Canceled',
  2: 'Unknown',
  3: 'InvalidArgument',
  4: 'DeadlineExceeded',
  5: 'NotFound',
  6: 'AlreadyExists',
  7: 'PermissionDenied',
  8: 'ResourceExhausted',
  12: 'Unimplemented',
  13: 'Internal',
  14: 'Unavailable',
  16: 'Unauthenticated',
};

/** Why a request is not what its route for gRPC wants. */
export type GrpcMismatch =
  | 'not-grpc'
  | 'not-http2'
  /** The route wants TLS. */
  | 'not-grpcs';

/** What of a request keeps it from a route that speaks gRPC; undefined where nothing does, and for other routes. */
export function grpcMismatch(
  protocols: readonly RouteProtocol[],
  head: ClientRequestHead,
  scheme: string,
): GrpcMismatch | undefined {
  const plain = protocols.includes('grpc');
  if (!plain && !protocols.includes('grpcs')) return undefined;
  if (!hasGrpcType(head)) return 'not-grpc';
  if (head.version !== '2.0') return 'not-http2';
  return plain || scheme === 'https' ? undefined : 'not-grpcs';
}

/** Whether the client calls a method of gRPC, and so looks for the outcome in fields of gRPC. */
export function isGrpcCall(head: ClientRequestHead): boolean {
  return head.version === '2.0' && hasGrpcType(head);
}

/** The status of gRPC, in decimal, that tells what a status of HTTP does. */
export function grpcStatus(status: number): string {
  return String(STATUSES[status] ?? 2);
}

/** Kong's word for `grpcStatus`. */
export function grpcWord(status: number): string {
  return MESSAGES[STATUSES[status] ?? 2] ?? '';
}

function hasGrpcType({ rawHeaders }: ClientRequestHead): boolean {
  return fieldValue(rawHeaders, 'content-type')?.startsWith('application/grpc') === true;
}
