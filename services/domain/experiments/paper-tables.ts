/**
 * Figures as printed in the paper (arXiv 2601.11147), for comparison: Tables 1-3, with Qwen-Plus executing and Qwen3-8B
 * optimising, one run each, no intervals. Scores in per cent, tokens as printed.
 */

export interface PaperCoverage {
  readonly top1: number;
  readonly top5: number;
  readonly top5Coverage: number;
  readonly repeat5: number;
  readonly repeat5Coverage: number;
  /** ScoreFlow, a trained query-level generator: the performance of a single run. Its coverage is not given. */
  readonly queryLevel: number;
}

/** Table 1, by our names of the benchmarks. */
export const paperCoverage: ReadonlyMap<string, PaperCoverage> = new Map([
  ['drop', { top1: 90.3, top5: 89.81, top5Coverage: 93.87, repeat5: 90.04, repeat5Coverage: 92.45, queryLevel: 91.48 }],
  ['humaneval', { top1: 99.24, top5: 98.17, top5Coverage: 100, repeat5: 97.82, repeat5Coverage: 99.24, queryLevel: 98.91 }],
  ['gsm8k', { top1: 96.58, top5: 95.89, top5Coverage: 97.35, repeat5: 96.17, repeat5Coverage: 96.87, queryLevel: 97.79 }],
  ['math', { top1: 82.92, top5: 79.84, top5Coverage: 87.04, repeat5: 82.81, repeat5Coverage: 83.39, queryLevel: 84.35 }],
]);

export interface PaperResult {
  readonly score: number;
  readonly tokens: number;
}

/** Table 2: the paper's names, with our variant that does the same, and their cells by benchmark. */
export const paperMethods: readonly {
  readonly name: string;
  /** Absent if we have none. */
  readonly variant?: string;
  readonly cells: Readonly<Record<string, PaperResult>>;
}[] = [
  {
    name: 'ScoreFlow (query level)',
    variant: 'query-level',
    cells: cells([91.48, 2.06e7], [76.85, 2.72e7], [97.79, 2.83e7], [84.35, 4.03e7], [98.91, 3.86e6], [89.63, 3.93e6]),
  },
  {
    name: 'AgentPrune',
    cells: cells([89.22, 6.65e6], [76.73, 2.81e7], [95.42, 1.07e7], [81.53, 2.82e7], [98.03, 1.65e6], [88.37, 1.34e6]),
  },
  {
    name: 'AFlow',
    variant: 'aflow',
    cells: cells([90.3, 1.4e7], [77.57, 3.11e7], [96.58, 1.11e7], [82.92, 3.06e7], [99.24, 5.26e6], [89.74, 3.92e6]),
  },
  {
    name: 'SCALE',
    variant: 'paper',
    cells: cells([88.96, 3.27e6], [77.41, 1.43e7], [95.83, 4.04e6], [81.7, 7.04e6], [98.47, 1.09e6], [90.32, 6.83e5]),
  },
  {
    name: 'SCALE, S_pred',
    variant: 'predicted',
    cells: cells([78.61, 4.45e6], [75.4, 1.5e7], [92.51, 7.69e6], [76.33, 7.55e6], [9.16, 2.3e5], [90.62, 5.75e5]),
  },
  {
    name: 'SCALE, S_few',
    variant: 'few-shot',
    cells: cells([86.06, 2.85e6], [73.05, 1.55e7], [94.22, 6.28e6], [78.1, 5.49e6], [96.95, 4.13e5], [91.2, 6.17e5]),
  },
  {
    name: 'SCALE, S_conf',
    variant: 'confidence',
    cells: cells([0, 1.78e6], [0, 1.04e7], [0, 4.43e6], [57.61, 8.48e6], [97.71, 3.15e5], [88.86, 1.24e6]),
  },
];

type Printed = readonly [score: number, tokens: number];

/** In the order of the table's columns. */
function cells(...printed: readonly [Printed, Printed, Printed, Printed, Printed, Printed]): Record<string, PaperResult> {
  const benchmarks = ['drop', 'hotpotqa', 'gsm8k', 'math', 'humaneval', 'mbpp'];
  return Object.fromEntries(printed.map(([score, tokens], index) => [benchmarks[index] ?? '', { score, tokens }]));
}

export interface PaperAgreement {
  readonly pearson: number;
  readonly diffCos: number;
  readonly meanAbsoluteError: number;
}

/** Table 3, by the evaluation method of ours. */
export const paperAgreement: ReadonlyMap<string, PaperAgreement> = new Map([
  ['confidence', { pearson: -0.0576, diffCos: 0.0377, meanAbsoluteError: 0.0802 }],
  ['predicted', { pearson: 0.0517, diffCos: 0.1275, meanAbsoluteError: 0.0511 }],
  ['few-shot', { pearson: 0.6827, diffCos: 0.6192, meanAbsoluteError: 0.216 }],
  ['scale', { pearson: 0.5217, diffCos: 0.5545, meanAbsoluteError: 0.1634 }],
]);
