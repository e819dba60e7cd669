import type { Benchmark, Query } from '../../domain/benchmark.ts';
import { FailureError } from '../../domain/failure.ts';
import type { CodeRunner } from '../../domain/ports.ts';
import { scorersIn } from '../../domain/scoring/own-scorer.ts';
import { sandboxSettings } from '../../shared/config/service-settings/service-settings.ts';
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
    return await tryOwnScorers(benchmark, sandbox, signal);
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

/**
 * What a user wrote is tried with the right answer, and with that of another query, so that a mistake in it costs nothing.
 * @returns what it gives that a right or a wrong answer should not get
 */
async function tryOwnScorers(benchmark: Benchmark, code: CodeRunner, signal: AbortSignal): Promise<string[]> {
  const [query] = benchmark.queries;
  if (query === undefined) return [];
  const other = benchmark.queries.find(({ reference }) => reference !== query.reference);
  const remarks: string[] = [];
  for (const scorer of scorersIn(benchmark)) {
    if (scorer.needs !== 'code' || benchmark.ownScorers?.[scorer.name] === undefined) continue;
    const scoreOf = async (of: Query): Promise<number> => {
      const { score } = await scorer.score(of.rightAnswers?.[0] ?? of.reference, query, { code, signal });
      return score;
    };
    try {
      if ((await scoreOf(query)) === 0)
        remarks.push(
          `the scorer ${scorer.name} gives the reference of query ${query.id} itself 0: answers must look otherwise, which answer_format should say, or it is wrong`,
        );
    } catch (error) {
      if (!(error instanceof FailureError)) throw error;
      const message = `${error.message} (tried with the reference of query ${query.id} as the answer)`;
      throw new CliError('bad-input', message, { cause: error });
    }
    if (other !== undefined && (await unlessFailed(scoreOf(other))) === 1)
      remarks.push(
        `the scorer ${scorer.name} gives the reference of query ${other.id} 1 as an answer to query ${query.id}: it may take anything`,
      );
  }
  return remarks;
}

/** Of an answer that nobody may ever give, a scorer's fault proves nothing. */
async function unlessFailed(score: Promise<number>): Promise<number | undefined> {
  try {
    return await score;
  } catch (error) {
    if (!(error instanceof FailureError)) throw error;
    return undefined;
  }
}
