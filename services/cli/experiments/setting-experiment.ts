import { compareVariants } from '../../domain/experiments/compare-variants.ts';
import type { ResultPlot } from '../../domain/experiments/experiment-report.ts';
import { describeSettings, settingCurves } from '../../domain/experiments/setting-curves.ts';
import { scorePlot, variantTable } from '../../domain/experiments/variant-tables.ts';
import { aboutIntervals, type Experiment } from './experiment.ts';
import type { ExperimentPlan } from './experiment-plan.ts';
import { tryVariants } from './try-variants.ts';
import { searchVariants, type Variant, variantNamed } from './variant.ts';

/** The variants, and the one that the others are compared with. */
export interface SettingVariants {
  readonly variants: readonly SettingVariant[];
  /** A variant's name. */
  readonly reference: string;
  readonly remarks: readonly string[];
}

export interface SettingVariant extends Variant {
  /** Its place on the plots' axis; absent where the setting is no number. */
  readonly at?: number;
}

export interface SettingQuestion extends Pick<Experiment, 'name' | 'title' | 'description'> {
  /** The preset or method whose setting is varied. */
  readonly method: string;
  /** Whether --methods may name another one. */
  readonly anyMethod: boolean;
  /** What the plots' axis is called. */
  readonly setting: string;
  readonly vary: (plan: ExperimentPlan) => SettingVariants;
}

/** An experiment that varies one setting of the search and asks what that does to test score and tokens. */
export function settingExperiment({ setting, vary, method, anyMethod, ...about }: SettingQuestion): Experiment {
  return {
    ...about,
    benchmarks: ['gsm8k'],
    fewestBenchmarks: 1,
    methods: [method],
    knownMethods: anyMethod ? searchVariants : [],
    mostMethods: anyMethod ? 1 : 0,
    run: async (context) => {
      const { variants, reference, remarks } = vary(context.plan);
      const base = variantNamed(context.plan.methods[0] ?? method);
      const varied = variants.map((variant) => upon(base, variant));
      const results = compareVariants(await tryVariants(context, varied), reference);
      const places = new Map(variants.flatMap(({ name, at }) => (at === undefined ? [] : [[name, at] as const])));
      const plots: readonly ResultPlot[] =
        places.size > 0
          ? settingCurves(results, setting, (name) => places.get(name))
          : [scorePlot('Test score (%) with 95 % intervals', results)];
      return {
        findings: describeSettings(results, reference),
        tables: context.plan.benchmarks.map((benchmark) =>
          variantTable(
            `${benchmark}: test score and search tokens`,
            results.filter((result) => result.benchmark === benchmark),
            reference,
          ),
        ),
        plots,
        remarks: [`One setting of ${base.name} is varied; everything else stays the same.`, ...remarks, aboutIntervals],
      };
    },
  };
}

function upon(base: Variant, { search, evaluation, ...variant }: SettingVariant): Variant {
  return { ...variant, search: { ...base.search, ...search }, evaluation: { ...base.evaluation, ...evaluation } };
}
