import { randomInt } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { formatNameserver, type Nameserver } from '../dns-settings.js';
import { messageOf } from '../errors.js';
import { type Answer, answerOf } from './answer.js';
import { AskMismatch, AskTimeout } from './ask.js';
import { askTcp } from './ask-tcp.js';
import { askUdp } from './ask-udp.js';
import { Gate } from './gate.js';
import { decodeReply, encodeQuery, type Question, RCODE, type Reply, rcodeName } from './message.js';
import type { ResolvConf } from './resolv-conf.js';
import { ResolveError, type ResolveErrorCode } from './resolve-error.js';

/** Questions under way at a time. Each holds a socket, and a config may name thousands of hosts. */
const MAX_UNDER_WAY = 256;

/** Whom to ask, and how. */
export type DnsClientOptions = Pick<ResolvConf, 'nameservers' | 'timeout' | 'attempts' | 'rotate'>;

/** Asks nameservers, one after the other until one answers. Nothing is remembered. */
export class DnsClient {
  readonly #options: DnsClientOptions;
  readonly #gate = new Gate(MAX_UNDER_WAY);
  readonly #closed = new AbortController();
  #first = 0;

  constructor(options: DnsClientOptions) {
    this.#options = options;
    setMaxListeners(MAX_UNDER_WAY, this.#closed.signal);
  }

  /**
   * The answer, which may hold no record. Rejects with ResolveError, the last nameserver's failure, where none of
   * them gave one.
   */
  ask(question: Question): Promise<Answer> {
    return this.#gate.run(() => this.#askInTurn(question));
  }

  /** Ends the questions under way, which reject. */
  close(): void {
    this.#closed.abort(new ResolveError('resolver_closed', '', 'the resolver was closed'));
  }

  async #askInTurn(question: Question): Promise<Answer> {
    let servers = this.#inTurn();
    let failure: ResolveError | undefined;
    for (let attempt = 0; attempt < this.#options.attempts; attempt += 1) {
      for (const server of servers) {
        try {
          return answerOf(await this.#askOne(server, question), question);
        } catch (error) {
          this.#closed.signal.throwIfAborted();
          failure = asFailure(error, server, question);
          // A nameserver that says it cannot answer will say so again.
          if (failure.code === 'dns_server_failed') servers = servers.filter((other) => other !== server);
        }
      }
    }
    throw failure ?? new ResolveError('dns_unreachable', question.name, 'there is no nameserver to ask');
  }

  #inTurn(): readonly Nameserver[] {
    const { nameservers, rotate } = this.#options;
    if (!rotate) return nameservers;
    const first = this.#first;
    this.#first = (first + 1) % nameservers.length;
    return [...nameservers.slice(first), ...nameservers.slice(0, first)];
  }

  async #askOne(server: Nameserver, question: Question): Promise<Reply> {
    this.#closed.signal.throwIfAborted();
    // Whoever wants to slip in an answer has to guess it, and the port (RFC 5452, 9.2).
    const id = randomInt(0x1_00_00);
    const options = {
      server,
      query: encodeQuery(id, question),
      read: (bytes: Buffer) => decodeReply(bytes, id, question),
      timeout: this.#options.timeout,
      signal: this.#closed.signal,
    };
    const short = await askUdp(options);
    const reply = short.truncated ? await askTcp(options) : short;
    if (reply.rcode !== RCODE.noError && reply.rcode !== RCODE.nameError) {
      throw new ResolveError('dns_server_failed', question.name, rcodeName(reply.rcode));
    }
    if (reply.truncated) {
      throw new ResolveError('dns_malformed', question.name, 'the reply is cut short over TCP, too');
    }
    return reply;
  }
}

function asFailure(error: unknown, server: Nameserver, question: Question): ResolveError {
  return new ResolveError(
    failureCode(error),
    question.name,
    `nameserver ${formatNameserver(server)}, asked for ${question.type} ${question.name}: ${messageOf(error)}`,
    { cause: error },
  );
}

function failureCode(error: unknown): ResolveErrorCode {
  if (error instanceof ResolveError) return error.code;
  if (error instanceof AskTimeout) return 'dns_timeout';
  return error instanceof AskMismatch ? 'dns_malformed' : 'dns_unreachable';
}
