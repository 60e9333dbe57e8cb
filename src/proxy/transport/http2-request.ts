import type { OutgoingHttpHeaders } from 'node:http';
import { asLatin1, fieldObject } from '../http2/field-object.js';
import type { Origin, UpstreamRequest } from './transport.js';

/** The head of a request in the form Node's HTTP/2 takes: Host is the authority (RFC 9113, 8.3.1). */
export function requestFields(request: UpstreamRequest, origin: Origin): OutgoingHttpHeaders {
  const fields = fieldObject(request.rawHeaders);
  const { host } = fields;
  delete fields['host'];
  fields[':method'] = request.method;
  fields[':scheme'] = origin.tls === undefined ? 'http' : 'https';
  fields[':authority'] = host === undefined ? origin.authority : String(host);
  fields[':path'] = asLatin1(request.target);
  return fields;
}
