import type { LocalPlane } from '../data-plane/local-plane.js';
import { GatewayError, messageOf } from '../errors.js';
import type { Listener } from '../listen-settings.js';
import type { Logger } from '../log.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import type { TlsTerms } from '../tls/terms.js';
import { ConfigAssembly } from './config-assembly.js';
import { type ConfigPiece, isToWorker, type ToPrimary, type ToWorker } from './messages.js';

export interface WorkerOptions {
  readonly plane: LocalPlane;
  readonly log: Logger;
  /** Says something to the primary; nothing where it is gone. */
  readonly send: (message: ToPrimary) => void;
  /** Ends the process, once it has drained. */
  readonly end: () => void;
}

/** A process that proxies what its primary tells it to. */
export class Worker {
  readonly #options: WorkerOptions;
  #assembly: ConfigAssembly | undefined;
  #prepared: Snapshot | undefined;

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  /** Does what a message of the primary says, and answers it. */
  receive(value: unknown): void {
    const { log } = this.#options;
    if (!isToWorker(value)) {
      log.error({}, 'the primary sent what is no message');
      return;
    }
    this.#take(value).catch((error: unknown) => {
      log.error({ err: error, message: value.type }, `a message of the primary: ${messageOf(error)}`);
    });
  }

  /** Lets requests end within `timeout` milliseconds, cuts the rest, and ends the process. */
  async drain(timeout: number): Promise<void> {
    await this.#options.plane.close(timeout);
    this.#options.end();
  }

  /** The same on a wish from elsewhere: the primary is told, so that it starts a replacement. */
  async leave(timeout: number): Promise<void> {
    this.#options.send({ type: 'worker:leaving' });
    await this.drain(timeout);
  }

  async #take(message: ToWorker): Promise<void> {
    const { plane, send } = this.#options;
    switch (message.type) {
      case 'config:begin':
        this.#assembly = new ConfigAssembly(message);
        this.#prepared = undefined;
        return;
      case 'config:piece':
        return this.#add(message);
      case 'config:prepare':
        return this.#prepare(message.version);
      case 'config:commit':
        return this.#commit(message.version);
      case 'config:abort':
        if (this.#assembly?.version === message.version) this.#assembly = undefined;
        if (this.#prepared?.version === message.version) this.#prepared = undefined;
        return;
      case 'worker:listen':
        return this.#listen(message.addresses, message.terms);
      case 'worker:drain':
        return this.drain(message.timeout);
      case 'health:changed':
        return plane.takeHealth(message.changes);
      case 'logs:reopen':
        plane.reopenLogs();
        return;
      case 'status:ask':
        send({ type: 'status:told', call: message.call, figures: plane.figures });
    }
  }

  #add(piece: ConfigPiece): void {
    const { version, index } = piece;
    if (this.#assembly?.version !== version) return;
    try {
      this.#assembly.add(piece);
    } catch (error) {
      this.#reject(version, error);
      return;
    }
    // The next piece comes when this is answered: requests that wait now go first.
    setImmediate(() => this.#options.send({ type: 'config:received', version, index }));
  }

  async #prepare(version: number): Promise<void> {
    const { plane, send } = this.#options;
    try {
      const assembly = this.#assembly;
      if (assembly?.version !== version) throw new GatewayError('config_incomplete', 'it never came');
      const snapshot = await plane.prepare({ version, config: assembly.finish() });
      // Another config, or the end of this one, may have come meanwhile.
      if (this.#assembly !== assembly) return;
      this.#assembly = undefined;
      this.#prepared = snapshot;
      send({ type: 'config:prepared', version });
    } catch (error) {
      this.#reject(version, error);
    }
  }

  #reject(version: number, error: unknown): void {
    this.#assembly = undefined;
    this.#options.send({ type: 'config:rejected', version, message: messageOf(error) });
  }

  #commit(version: number): void {
    const { plane, send } = this.#options;
    const prepared = this.#prepared;
    if (prepared?.version !== version)
      throw new GatewayError('config_incomplete', `config ${version} is not prepared`);
    plane.commit(prepared);
    this.#prepared = undefined;
    send({ type: 'config:committed', version });
  }

  async #listen(addresses: readonly Listener[], terms: TlsTerms | undefined): Promise<void> {
    const { plane, send } = this.#options;
    try {
      send({ type: 'worker:listening', addresses: await plane.listen(addresses, terms) });
    } catch (error) {
      send({ type: 'worker:deaf', message: messageOf(error) });
    }
  }
}
