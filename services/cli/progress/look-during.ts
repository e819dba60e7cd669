/** The work's outcome. Until it is there, `look` is called again and again, with how long that has taken in milliseconds. */
export async function lookDuring<Result>(
  work: Promise<Result>,
  everyMs: number,
  look: (tookMs: number) => void,
): Promise<Result> {
  const since = performance.now();
  const looking = setInterval(() => look(performance.now() - since), everyMs);
  looking.unref();
  try {
    return await work;
  } finally {
    clearInterval(looking);
  }
}
