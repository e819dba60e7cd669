import { settingExperiment } from './setting-experiment.ts';

/** Those of the paper, .01 to .03, and one on either side. */
const ratios = [0.005, 0.01, 0.02, 0.03, 0.05];
const usual = 0.03;

/** How many of the queries a candidate is executed on. */
export const fewShotRatio = settingExperiment({
  name: 'few-shot-ratio',
  title: 'Few-shot ratio: the share of the queries that a candidate is executed on (rho)',
  description: 'test score and tokens by the share of queries that a candidate is executed on',
  method: 'paper',
  anyMethod: true,
  setting: 'rho (%)',
  vary: ({ limit }) => ({
    variants: ratios.map((ratio) => ({ name: nameOf(ratio), at: 100 * ratio, evaluation: { few_shot_ratio: ratio } })),
    reference: nameOf(usual),
    remarks: [
      'At least one query is executed, so on few queries the smallest ratios are the same search.',
      ...(limit !== undefined && limit < 1 / usual ? [`On ${limit} queries every ratio here is one query.`] : []),
    ],
  }),
});

function nameOf(ratio: number): string {
  return `rho = ${Number((100 * ratio).toPrecision(2))} %`;
}
