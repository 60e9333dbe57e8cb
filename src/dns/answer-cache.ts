import type { Answer } from './answer.js';
import type { Clock } from './clock.js';
import { LruMap } from './lru-map.js';
import type { Question } from './message.js';

/** An answer with the moment, in milliseconds of the clock, up to which it may be used. */
export interface TimedAnswer {
  readonly answer: Answer;
  readonly until: number;
}

/** How long answers are kept. Times are milliseconds. */
export interface AnswerCacheOptions {
  readonly size: number;
  readonly validTtl: number | undefined;
  readonly notFoundTtl: number;
}

/** A lifetime of zero would have everybody who resolves a name wait for the nameserver. In milliseconds. */
const MIN_TTL = 1_000;

/** Keeps answers for as long as they may be used, and asks once where several ask the same at a time. */
export class AnswerCache {
  readonly #ask: (question: Question) => Promise<Answer>;
  readonly #clock: Clock;
  readonly #options: AnswerCacheOptions;
  readonly #answers: LruMap<string, TimedAnswer>;
  readonly #underWay = new Map<string, Promise<TimedAnswer>>();

  constructor(ask: (question: Question) => Promise<Answer>, clock: Clock, options: AnswerCacheOptions) {
    this.#ask = ask;
    this.#clock = clock;
    this.#options = options;
    this.#answers = new LruMap(options.size);
  }

  /** Rejects as the one who is asked rejects; failures are not kept. */
  async ask(question: Question): Promise<TimedAnswer> {
    const key = `${question.type} ${question.name}`;
    const known = this.#answers.get(key);
    if (known !== undefined && this.#clock.now() < known.until) return known;
    let asking = this.#underWay.get(key);
    if (asking === undefined) {
      asking = this.#fetch(key, question).finally(() => this.#underWay.delete(key));
      this.#underWay.set(key, asking);
    }
    return asking;
  }

  async #fetch(key: string, question: Question): Promise<TimedAnswer> {
    const answer = await this.#ask(question);
    const timed = { answer, until: this.#clock.now() + this.#lifetime(answer) };
    this.#answers.set(key, timed);
    return timed;
  }

  #lifetime({ ttl }: Answer): number {
    if (ttl === undefined) return this.#options.notFoundTtl;
    return this.#options.validTtl ?? Math.max(MIN_TTL, ttl * 1000);
  }
}
