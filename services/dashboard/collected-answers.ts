import { pluralOf } from '../domain/names/count-of.ts';
import { type Asked, ask } from './addresses.ts';
import type { EmbeddedAnswers } from './api/embedded-answers.ts';
import type { SessionAnswer } from './api/session-answer.ts';
import type { PageBundle } from './build-page.ts';
import { pageInOneFile } from './page-document.ts';

/** Answers what the page would ask for. @throws for what cannot be answered */
export type AnswerAt = <Answer>(asked: Asked<Answer>) => Promise<Answer>;

export interface SavedPage {
  readonly html: string;
  /** What was left out for its size, a sentence each. */
  readonly notes: readonly string[];
}

/** What a page in one file would ask for, as far as there is room. */
export interface CollectedAnswers {
  /** Takes an answer as it is, whatever its size. */
  keep<Answer>(asked: Asked<Answer>, answer: Answer): void;
  /**
   * Asks, and takes the answer if it fits. Of a kind of which one did not fit, no further one is asked for: there may be a
   * hundred thousand.
   * @param what it is, of one: "transcript" @returns undefined if it was not taken
   */
  take<Answer>(what: string, asked: Asked<Answer>): Promise<Answer | undefined>;
  /** @param home the view that opens first, as it stands after the # of an address; default: the runs */
  page(bundle: PageBundle, home?: string): SavedPage;
}

/** Characters of answers in a file: with the page itself it stays under 10 MB, which mail and browsers take. */
export const mostEmbedded = 8_000_000;

export function collectAnswers(answerAt: AnswerAt, most: number, signal: AbortSignal): CollectedAnswers {
  const answers: Record<string, unknown> = {};
  const left = new Map<string, number>();
  const full = new Set<string>();
  let size = 0;
  const put = (address: string, answer: unknown, length: number): void => {
    size += length;
    answers[address] = answer;
  };
  return {
    keep: ({ address }, answer) => put(address, answer, JSON.stringify(answer).length),
    async take(what, asked) {
      const leaveOut = (): undefined => void left.set(what, (left.get(what) ?? 0) + 1);
      if (full.has(what)) return leaveOut();
      signal.throwIfAborted();
      const answer = await answerAt(asked).catch(() => undefined);
      if (answer === undefined) return undefined;
      const { length } = JSON.stringify(answer);
      if (size + length > most) {
        full.add(what);
        return leaveOut();
      }
      put(asked.address, answer, length);
      return answer;
    },
    page(bundle, home) {
      const said = [...left].map(([what, count]) => `${count} ${count === 1 ? what : ofMany(what)}`);
      const notes =
        said.length === 0 ? [] : [`Left out of this file for its size: ${said.join(', ')}. \`scale dashboard\` shows them.`];
      const embedded: EmbeddedAnswers = { format: 1, answers, notes, ...(home !== undefined && { home }) };
      return { html: pageInOneFile(bundle, embedded), notes };
    },
  };
}

/** Whoever opens the file may look, and nothing else. */
export async function keepReader(collected: CollectedAnswers, answerAt: AnswerAt): Promise<void> {
  const { signIn: _signIn, ...session } = await answerAt(ask.session());
  collected.keep(ask.session(), { ...session, role: 'read', isSignedIn: false } as SessionAnswer);
}

const ofMany = (what: string): string => {
  const named: Readonly<Record<string, string>> = { 'matrix of queries': what, 'list of executions': 'lists of executions' };
  return named[what] ?? pluralOf(what);
};
