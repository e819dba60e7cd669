import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Query } from '../../domain/benchmark.ts';
import { defined } from '../../domain/defined.ts';
import type { ScoredAnswer, Scorer, ScoringTools } from '../../domain/scoring/scorer.ts';
import { shortenRuns } from '../../domain/scoring/shorten-runs.ts';
import type { RecordedAnswer } from './read-recorded-answers.ts';

export interface AnswerToScore extends RecordedAnswer {
  readonly query: Query;
}

export interface Disagreement {
  readonly line: number;
  readonly run?: number | string;
  readonly round?: number;
  readonly query: string;
  readonly recorded: number;
  readonly score: number;
  /** What the scorer took from the answer. */
  readonly extracted: string;
  readonly answer: string;
}

export interface Rescored {
  readonly answers: number;
  /** Answers that were really scored; the others are the same text for the same query. */
  readonly scored: number;
  readonly agreeing: number;
  readonly meanScore: number;
  readonly recordedMeanScore: number;
  readonly disagreements: readonly Disagreement[];
}

export interface RescoreWork {
  readonly scorer: Scorer;
  readonly tools: ScoringTools;
  /** Answers at once. */
  readonly concurrency: number;
  onProgress(done: number): void;
}

/** AFlow's files hold scores with all their digits; smaller differences come from the order of a sum. */
const tolerance = 1e-6;
const answersPerTurn = 100;

/** Scores recorded answers again. The same text for the same query is scored once. */
export async function rescoreAnswers(answers: readonly AnswerToScore[], work: RescoreWork): Promise<Rescored> {
  const { scorer, tools, concurrency, onProgress } = work;
  const scoredTexts = new Map<string, ScoredAnswer | Promise<ScoredAnswer>>();
  const results: ScoredAnswer[] = [];
  const waiting = answers.entries();
  let done = 0;
  const scoreOneByOne = async (): Promise<void> => {
    for (const [index, { query, prediction }] of waiting) {
      const key = `${query.id}\n${prediction}`;
      const scored = scoredTexts.get(key) ?? scorer.score(shortenRuns(prediction, query, scorer), query, tools);
      scoredTexts.set(key, scored);
      results[index] = await scored;
      done += 1;
      // Most scorers never wait for anything: without this neither Ctrl-C nor progress would come through.
      if (done % answersPerTurn === 0) {
        await nextTurn();
        tools.signal.throwIfAborted();
      }
      onProgress(done);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, scoreOneByOne));
  return summarise(answers, results, scoredTexts.size);
}

function summarise(answers: readonly AnswerToScore[], results: readonly ScoredAnswer[], scored: number): Rescored {
  const disagreements = answers.flatMap((answer, index) => {
    const { score, extracted } = results[index] ?? { score: Number.NaN, extracted: '' };
    return Math.abs(score - answer.score) <= tolerance ? [] : [disagreementOf(answer, score, extracted)];
  });
  return {
    answers: answers.length,
    scored,
    agreeing: answers.length - disagreements.length,
    meanScore: mean(results.map(({ score }) => score)),
    recordedMeanScore: mean(answers.map(({ score }) => score)),
    disagreements,
  };
}

function disagreementOf(answer: AnswerToScore, score: number, extracted: string): Disagreement {
  const { line, run, round, query, score: recorded, prediction } = answer;
  const place = { line, ...defined({ run, round }) };
  return { ...place, query: query.id, recorded, score, extracted, answer: prediction };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
