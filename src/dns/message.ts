import { isIPv4, isIPv6 } from 'node:net';
import { decode, encode, type Answer as Packet, RECURSION_DESIRED } from 'dns-packet';
import { messageOf } from '../errors.js';
import { ResolveError } from './resolve-error.js';

export type AddressType = 'A' | 'AAAA';

/** The types of records that are asked for. */
export type RecordType = AddressType | 'SRV' | 'CNAME';

/** What a nameserver is asked. The name is absolute, in lower case, without a trailing dot. */
export interface Question {
  readonly name: string;
  readonly type: RecordType;
}

interface CommonRecord {
  /** Whose record it is, in lower case. */
  readonly owner: string;
  /** In seconds. */
  readonly ttl: number;
}

export interface AddressRecord extends CommonRecord {
  readonly type: AddressType;
  readonly address: string;
}

/** RFC 2782. The target is in lower case, and empty where the service is decidedly not available. */
export interface SrvRecord extends CommonRecord {
  readonly type: 'SRV';
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: string;
}

export interface AliasRecord extends CommonRecord {
  readonly type: 'CNAME';
  readonly target: string;
}

export type DnsRecord = AddressRecord | SrvRecord | AliasRecord;

/** A nameserver's reply to a question, as far as it concerns this gateway. */
export interface Reply {
  readonly rcode: number;
  /** Whether the whole reply has to be fetched over TCP; nothing else of it counts then. */
  readonly truncated: boolean;
  readonly answers: readonly DnsRecord[];
  /** What the nameserver thought would be asked next: the addresses of SRV targets. */
  readonly additionals: readonly DnsRecord[];
}

/** Records kept of a section of a reply. A message of 65,535 bytes has room for four times as many. */
export const MAX_RECORDS = 1_000;

/** RFC 1035, 4.1.1. */
export const RCODE = { noError: 0, nameError: 3 } as const;

const RCODE_NAMES: readonly string[] = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];
const HEADER_BYTES = 12;

/** How a response code is called in messages, `SERVFAIL` for example. */
export function rcodeName(rcode: number): string {
  return RCODE_NAMES[rcode] ?? `RCODE ${rcode}`;
}

/** The bytes of a recursive query, without the length that TCP wants in front. `id` has 16 bits. */
export function encodeQuery(id: number, question: Question): Buffer {
  return encode({ type: 'query', id, flags: RECURSION_DESIRED, questions: [{ ...question, class: 'IN' }] });
}

/**
 * Reads bytes as the reply to a query, and returns undefined where they are a reply to something else: another id or
 * question means that somebody guesses (RFC 5452, 9.1). Throws ResolveError where they cannot be read.
 */
export function decodeReply(bytes: Buffer, id: number, question: Question): Reply | undefined {
  if (bytes.length < HEADER_BYTES || bytes.readUInt16BE(0) !== id) return undefined;
  const flags = bytes.readUInt16BE(2);
  const isReply = (flags & 0x80_00) !== 0;
  if (!isReply) return undefined;
  // A truncated reply may end inside a record.
  if ((flags & 0x02_00) !== 0) return { rcode: flags & 15, truncated: true, answers: [], additionals: [] };
  const packet = decodePacket(bytes, question);
  const asked = packet.questions ?? [];
  // Some servers leave the question out of an error.
  const isError = (flags & 15) !== RCODE.noError && asked.length === 0;
  if (!isError && !isSame(asked, question)) return undefined;
  return {
    rcode: flags & 15,
    truncated: false,
    answers: readRecords(packet.answers ?? []),
    additionals: readRecords(packet.additionals ?? []),
  };
}

function decodePacket(bytes: Buffer, question: Question) {
  try {
    const packet = decode(bytes);
    // The library reads the address of a record that was cut off as if there were more.
    if (decode.bytes > bytes.length) throw new Error('it ends inside a record');
    return packet;
  } catch (error) {
    const message = `the reply to ${question.type} ${question.name} cannot be read: ${messageOf(error)}`;
    throw new ResolveError('dns_malformed', question.name, message, { cause: error });
  }
}

/** Names compare without case (RFC 4343), as some servers spell them their own way. */
function isSame(asked: readonly { name: string; type: string }[], question: Question): boolean {
  const [first, ...more] = asked;
  return more.length === 0 && first?.type === question.type && first.name.toLowerCase() === question.name;
}

function readRecords(packets: readonly Packet[]): readonly DnsRecord[] {
  const records: DnsRecord[] = [];
  for (const packet of packets) {
    const record = readRecord(packet);
    if (record !== undefined) records.push(record);
    if (records.length === MAX_RECORDS) break;
  }
  return records;
}

function readRecord(packet: Packet): DnsRecord | undefined {
  if (packet.type === 'OPT' || packet.class !== 'IN') return undefined;
  const common = { owner: readName(packet.name), ttl: readTtl(packet.ttl ?? 0) };
  switch (packet.type) {
    case 'A':
      return isIPv4(packet.data) ? { ...common, type: 'A', address: packet.data } : undefined;
    case 'AAAA':
      return isIPv6(packet.data) ? { ...common, type: 'AAAA', address: packet.data } : undefined;
    case 'CNAME':
      return { ...common, type: 'CNAME', target: readName(packet.data) };
    case 'SRV': {
      const { priority = 0, weight = 0, port, target } = packet.data;
      return { ...common, type: 'SRV', priority, weight, port, target: readName(target) };
    }
    default:
      return undefined;
  }
}

function readName(name: string): string {
  return name === '.' ? '' : name.toLowerCase();
}

/** A lifetime with the highest bit set counts as none (RFC 2181, 8). */
function readTtl(ttl: number): number {
  return ttl > 0x7f_ff_ff_ff ? 0 : ttl;
}
