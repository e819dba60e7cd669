import type { AttachedFile, OptionValue, Query } from '../../benchmark.ts';
import type { SettingRule, ValueOf } from '../../settings/setting-rule.ts';
import type { Scorer } from '../scorer.ts';

/** The options that a kind of scorer can have in a benchmark file. */
export type OptionRule =
  | SettingRule
  | ({ readonly description: string } & (
      | /** A text file beside the benchmark file; its text travels with the benchmark. */ { readonly type: 'file' }
      /**
       * An endpoint of the run file, "" for the executor's. It decides where to ask, never what, and does not travel with the
       * benchmark.
       */
      | { readonly type: 'endpoint' }
    ));

type OptionRules = Readonly<Record<string, OptionRule>>;
type OptionOf<Rule> = Rule extends { readonly type: 'file' }
  ? AttachedFile
  : Rule extends { readonly type: 'endpoint' }
    ? undefined
    : ValueOf<Rule>;
type OptionsOf<Rules extends OptionRules> = { readonly [Name in keyof Rules]: OptionOf<Rules[Name]> };

/** A scorer that a benchmark file sets up by options. */
export interface ScorerKind {
  readonly name: string;
  readonly description: string;
  readonly options: OptionRules;
  /** @throws RangeError with one sentence, if the options contradict each other */
  create(name: string, options: Readonly<Record<string, OptionValue>>): OwnScorer;
}

export interface OwnScorer extends Scorer {
  /** Why no answer to this query could be judged, "" if one can be; reported before anything is spent. */
  faultOf?(query: Query): string;
}

/** Gives a kind's own code its options with their types. They must already have been checked against the rules. */
export function scorerKind<const Rules extends OptionRules>(kind: {
  readonly name: string;
  readonly description: string;
  readonly options: Rules;
  create(name: string, options: OptionsOf<Rules>): OwnScorer;
}): ScorerKind {
  return { ...kind, create: (name, options) => kind.create(name, options as OptionsOf<Rules>) };
}
