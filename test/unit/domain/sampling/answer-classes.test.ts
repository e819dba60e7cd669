import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fewShot } from '../../../../services/domain/evaluation/few-shot.ts';
import { randomStream } from '../../../../services/domain/random.ts';
import { answerClasses } from '../../../../services/domain/sampling/answer-classes.ts';
import { evidence } from '../evaluation/made-up-evidence.ts';

function sampleOf(classes: readonly number[], fewShotFloor: number, seed: number): readonly number[] {
  const settings = { ...evidence().settings, fewShotFloor };
  const step = fewShot.next(evidence({ classes, queryCount: classes.length, settings, random: randomStream(seed, 'evaluate') }));
  if (step.kind !== 'sample') throw new Error(`asked for ${step.kind}`);
  return step.queryIndexes;
}

const labelled = (...references: string[]) => references.map((reference) => ({ reference }));

it('labels that repeat are classes, in the order in which they come', () => {
  const some = Array.from({ length: 12 }, (_, index) => (index % 3 === 0 ? 'billing' : 'login'));
  expect(answerClasses(labelled(...some))).toEqual(some.map((label) => (label === 'billing' ? 0 : 1)));
});

it.each([
  ['one label', labelled(...Array.from({ length: 20 }, () => 'yes'))],
  ['answers that hardly repeat', labelled(...Array.from({ length: 40 }, (_, index) => `${index % 15}`))],
  ['lists of right answers', Array.from({ length: 20 }, (_, index) => ({ reference: `${index % 2}`, rightAnswers: ['a', 'b'] }))],
  ['no queries', []],
])('%s are none', (_, queries) => {
  expect(answerClasses(queries)).toBeUndefined();
});

it('a first sample has of each class what all queries have, to within one query', () => {
  const sizes = fc.array(fc.integer({ min: 5, max: 40 }), { minLength: 2, maxLength: 6 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 1000 }), (counts, floor, seed) => {
      const classes = counts.flatMap((count, label) => Array.from({ length: count }, () => label));
      const sampled = sampleOf(classes, floor, seed);
      expect(new Set(sampled).size).toBe(sampled.length);
      for (const [label, count] of counts.entries()) {
        const drawn = sampled.filter((query) => classes[query] === label).length;
        expect(Math.abs(drawn - (sampled.length * count) / classes.length)).toBeLessThan(1 + 1e-9);
      }
    }),
  );
});
