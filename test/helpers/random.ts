/** Numbers that look random and are the same for the same seed. */
export interface Random {
  /** From 0 to `below`, which is left out. */
  int(below: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** From 1 to `most` different items. */
  some<T>(items: readonly T[], most: number): readonly T[];
}

/** A generator by the recipe "mulberry32". */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (below: number): number => Math.floor(next() * below);
  const pick = <T>(items: readonly T[]): T => {
    const item = items[int(items.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  };
  return {
    int,
    pick,
    chance: (probability) => next() < probability,
    some: (items, most) => [...new Set(Array.from({ length: 1 + int(most) }, () => pick(items)))],
  };
}
