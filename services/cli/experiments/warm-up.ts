import { settingExperiment } from './setting-experiment.ts';

const tried = [0, 1, 2, 3, 5];
const usual = 3;

/** How many rounds of full execution are worth their tokens. */
export const warmUp = settingExperiment({
  name: 'warm-up',
  title: 'Warm-up: how many rounds with full execution (M)',
  description: 'test score and tokens by the number of warm-up rounds',
  method: 'paper',
  anyMethod: true,
  setting: 'M',
  vary: ({ rounds, base }) => {
    const most = rounds ?? base.parsed.settings.search.max_rounds;
    const counts = tried.filter((count) => count <= most);
    const reference = Math.min(usual, most);
    return {
      variants: counts.map((count) => ({ name: nameOf(count), at: count, evaluation: { warm_up_rounds: count } })),
      reference: nameOf(reference),
      remarks: counts.length < tried.length ? [`M above ${most} is left out: a search has only ${most} rounds here.`] : [],
    };
  },
});

function nameOf(count: number): string {
  return `M = ${count}`;
}
