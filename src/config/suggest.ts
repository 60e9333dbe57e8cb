/** The candidate a word was probably meant to be; undefined when none is near. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  return nearestFew(word, candidates, 1)[0];
}

/** Up to `count` candidates near a word, the nearest first. */
export function nearestFew(word: string, candidates: Iterable<string>, count: number): readonly string[] {
  const wanted = fold(word);
  const limit = Math.min(3, Math.floor(wanted.length / 3));
  const near: { readonly candidate: string; readonly distance: number }[] = [];
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) > limit + 2) continue;
    const distance = editDistance(wanted, fold(candidate), limit);
    if (distance <= limit) near.push({ candidate, distance });
  }
  near.sort((a, b) => a.distance - b.distance);
  return near.slice(0, count).map(({ candidate }) => candidate);
}

/** Spelling variants that count as the same: case, dashes and underscores. */
function fold(word: string): string {
  return word
    .toLowerCase()
    .replaceAll(/[-_\s]/g, '')
    .slice(0, 64);
}

/** How many insertions, deletions, replacements and swaps of neighbours turn `a` into `b`; stops above `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  let before: readonly number[] = [];
  let previous: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    let best = i;
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(
        (previous[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (previous[j - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      row.push(cost);
      best = Math.min(best, cost);
    }
    if (best > limit) return best;
    before = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}
