/**
 * The one definition of a setting. Schemas, defaults, the run's configuration and the tables in the documentation come from it.
 * It is filed under its name in snake case.
 */
export type SettingRule = {
  /** What it does, for people: part of a sentence, without a full stop. */
  readonly description: string;
  /**
   * The value that is left out of a run's configuration. A setting that is added to a table that already has runs needs one,
   * namely the value that earlier runs had; otherwise no earlier run is found by its configuration.
   */
  readonly leftOut?: boolean | number | string;
} & ValueRule;

type ValueRule =
  | { readonly type: 'flag'; readonly default: boolean /** It is written as on or off. */; readonly spelt?: 'on or off' }
  | {
      readonly type: 'number';
      readonly default: number;
      readonly low: number;
      readonly high: number;
      readonly whole?: true;
      /** The lower bound itself is not allowed. */
      readonly above?: true;
      /** It may be null: not sent to a model's server, whose own value holds. */
      readonly orNull?: true;
      /** E.g. "ms"; none for a plain number. */
      readonly unit?: string;
    }
  | { readonly type: 'choice'; readonly default: string; readonly choices: readonly string[] }
  /** A name in a registry, which knows the current names. */
  | { readonly type: 'name'; readonly default: string; readonly of: RegistryName }
  /** Without a default it must be set. May be empty only if the default is. */
  | { readonly type: 'text'; readonly default?: string /** What it must be, for messages. */; readonly rule?: string }
  | { readonly type: 'texts'; readonly default: readonly string[]; readonly choices?: readonly string[] };

export type RegistryName = 'evaluation methods' | 'pick policies' | 'parent samplings';

export type SettingRules = Readonly<Record<string, SettingRule>>;

export type SettingValue = boolean | number | string | readonly string[];

/** The value that a rule allows. */
export type ValueOf<Rule> = Rule extends { readonly type: 'flag' }
  ? boolean
  : Rule extends { readonly type: 'number'; readonly orNull: true }
    ? number | null
    : Rule extends { readonly type: 'number' }
      ? number
      : Rule extends { readonly type: 'choice'; readonly choices: readonly (infer Choice)[] }
        ? Choice
        : Rule extends { readonly type: 'text' | 'name' }
          ? string
          : Rule extends { readonly type: 'texts' }
            ? readonly string[]
            : never;

/** Values by the names that the rules have: as they appear in a file. */
export type ValuesOf<Rules> = { readonly [Name in keyof Rules]: ValueOf<Rules[Name]> };
