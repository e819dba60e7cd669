import { settingExperiment } from './setting-experiment.ts';

const product = 'adaptive, product';
const fixed = [0.25, 0.5, 0.75];
/** Below any difference that scores can have: alpha is then alpha_max wherever it matters. */
const noTolerance = 1e-9;

/**
 * Eq 9's adaptive alpha in both readings, against fixed ones. With the quotient form and next to no tolerance alpha is alpha_max
 * unless prediction and few-shot score are equal, when it does not matter: a fixed alpha. At the ends it is one of the two
 * scores.
 */
export const alpha = settingExperiment({
  name: 'alpha',
  title: 'Alpha: adaptive calibration (Eq 9) against fixed weights',
  description: 'adaptive alpha (Eq 9, both readings) against fixed ones',
  method: 'paper',
  anyMethod: false,
  setting: 'alpha',
  vary: () => ({
    variants: [
      { name: product, evaluation: { method: 'scale', alpha_form: 'product' } },
      { name: 'adaptive, quotient', evaluation: { method: 'scale', alpha_form: 'quotient' } },
      { name: 'fixed 0 (S_pred)', at: 0, evaluation: { method: 'predicted' } },
      ...fixed.map((weight) => ({
        name: `fixed ${weight}`,
        at: weight,
        evaluation: { method: 'scale', alpha_form: 'quotient' as const, tau: noTolerance, alpha_max: weight },
      })),
      { name: 'fixed 1 (S_few)', at: 1, evaluation: { method: 'few-shot' } },
    ],
    reference: product,
    remarks: ['The curves show the fixed weights; the adaptive ones are in the table.'],
  }),
});
