/** Does `work` for 0 to `count` - 1, at most `limit` of them at a time. Returns the results in that order. */
export async function atOnce<T>(
  count: number,
  limit: number,
  work: (index: number) => Promise<T>,
): Promise<readonly T[]> {
  const results: T[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      results[index] = await work(index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, limit) }, lane));
  return results;
}
