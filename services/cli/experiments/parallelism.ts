import { settingExperiment } from './setting-experiment.ts';

const tried = [1, 2, 4, 8];

/** What it costs that rounds in flight together do not see one another. */
export const parallelism = settingExperiment({
  name: 'parallelism',
  title: 'Parallelism: how many rounds are in flight together (P)',
  description: 'test score and tokens by the number of rounds in flight together',
  method: 'default',
  anyMethod: true,
  setting: 'P',
  vary: () => ({
    variants: tried.map((rounds) => ({ name: nameOf(rounds), at: rounds, search: { parallelism: rounds } })),
    reference: nameOf(1),
    remarks: ['How long a search takes is not compared: the runs of an experiment share one cluster.'],
  }),
});

function nameOf(rounds: number): string {
  return `P = ${rounds}`;
}
