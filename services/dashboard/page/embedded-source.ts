import type { Asked } from '../addresses.ts';
import type { EmbeddedAnswers } from '../api/embedded-answers.ts';
import { NoAnswerError, type Source } from './source.ts';

/** The element of the file that holds the answers. */
const holder = 'embedded-answers';

/** Of a page that is one file; undefined for one that is served. */
export function embeddedSource(page: Document): Source | undefined {
  const text = page.getElementById(holder)?.textContent;
  if (text === undefined || text === null || text === '') return undefined;
  const { answers, ...embedded } = JSON.parse(text) as EmbeddedAnswers;
  return {
    embedded,
    read: <Answer>({ address }: Asked<Answer>) => {
      const answer = answers[address];
      if (answer !== undefined) return Promise.resolve(answer as Answer);
      return Promise.reject(new NoAnswerError('not-found', notInFile));
    },
    send: () => Promise.reject(new NoAnswerError('refused', 'A page that is a file cannot change a run: use `scale dashboard`.')),
    watch: () => () => undefined,
  };
}

const notInFile =
  'This is not in the file: it was left out for its size, or is in the file of the run alone. `scale dashboard` shows it.';
