import { type DnsRecord, type Question, RCODE, type Reply } from './message.js';

/** What the nameservers know about a question. */
export interface Answer {
  /** All of the type that was asked for; none where the name or such a record does not exist. */
  readonly records: readonly DnsRecord[];
  readonly additionals: readonly DnsRecord[];
  /** How long it may be used, in seconds; undefined where there is no record. */
  readonly ttl: number | undefined;
}

/** Aliases of aliases that are followed inside a reply. */
const MAX_CHAIN = 16;

/** Reads the answer out of a reply, following the aliases in it (RFC 1034, 4.3.2). */
export function answerOf(reply: Reply, question: Question): Answer {
  if (reply.rcode === RCODE.nameError) return { records: [], additionals: [], ttl: undefined };
  let owner = question.name;
  let ttl = Number.POSITIVE_INFINITY;
  for (let step = 0; step < MAX_CHAIN; step += 1) {
    const own = reply.answers.filter((record) => record.owner === owner);
    const records = own.filter((record) => record.type === question.type);
    if (records.length > 0) {
      const { additionals } = reply;
      return {
        records,
        additionals,
        ttl: Math.min(ttl, ...[...records, ...additionals].map((record) => record.ttl)),
      };
    }
    const alias = own.find((record) => record.type === 'CNAME');
    if (alias === undefined) break;
    owner = alias.target;
    ttl = Math.min(ttl, alias.ttl);
  }
  return { records: [], additionals: [], ttl: undefined };
}
