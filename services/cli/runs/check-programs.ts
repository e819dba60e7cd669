import type { Benchmark } from '../../domain/benchmark.ts';
import { FailureError } from '../../domain/failure.ts';
import type { CodeRunner } from '../../domain/ports.ts';
import { scorersIn } from '../../domain/scoring/own-scorer.ts';
import { sandboxSettings } from '../../shared/config/service-settings.ts';
import { createSandbox } from '../../shared/sandbox/sandbox.ts';
import { SandboxError } from '../../shared/sandbox/sandbox-error.ts';
import { CliError } from '../cli-error.ts';

/**
 * Before anything is spent on this machine: that it can run the Python programs which a benchmark needs, and that the user's own
 * scorer works on its first query.
 * @returns what a user should know, a sentence each
 * @throws CliError if the benchmark cannot be run or scored here
 */
export async function checkPrograms(
  benchmark: Benchmark,
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<string[]> {
  const scorers = scorersIn(benchmark).filter(({ needs }) => needs === 'code');
  const isNeeded = scorers.length > 0 || benchmark.operators.includes('test');
  if (!isNeeded && !benchmark.operators.includes('programmer')) return [];
  try {
    const settings = { ...sandboxSettings(environment), environment, concurrency: 1 };
    await using sandbox = await createSandbox(settings, signal);
    await tryOwnScorers(benchmark, sandbox, signal);
    return [];
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error;
    const why = `this machine cannot run Python programs: ${error.message}`;
    if (!isNeeded)
      return [`${why} A workflow with the operator programmer cannot be executed here; \`scale doctor\` shows what is missing.`];
    const whatFor = scorers.length > 0 ? `its scorer ${scorers[0]?.name} runs them` : 'its operator test runs them';
    const message = `benchmark ${benchmark.name} cannot be run (${whatFor}), since ${why} \`scale doctor\` shows what is missing.`;
    throw new CliError('bad-input', message, { cause: error });
  }
}

/** What a user wrote is tried with the right answer, so that a mistake in it costs nothing. */
async function tryOwnScorers(benchmark: Benchmark, code: CodeRunner, signal: AbortSignal): Promise<void> {
  const [query] = benchmark.queries;
  if (query === undefined) return;
  for (const scorer of scorersIn(benchmark)) {
    if (scorer.needs !== 'code' || benchmark.ownScorers?.[scorer.name] === undefined) continue;
    try {
      await scorer.score(query.rightAnswers?.[0] ?? query.reference, query, { code, signal });
    } catch (error) {
      if (!(error instanceof FailureError)) throw error;
      const message = `${error.message} (tried with the reference of query ${query.id} as the answer)`;
      throw new CliError('bad-input', message, { cause: error });
    }
  }
}
