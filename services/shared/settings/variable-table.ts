import { z } from 'zod';
import type { SettingRule, ValueOf } from '../../domain/settings/setting-rule.ts';
import { type Environment, readSecret } from './environment.ts';
import { ruleSchema } from './rule-schema.ts';
import type { SpecialSetting } from './setting-table.ts';
import { SettingsError } from './settings-error.ts';

/**
 * A setting given by an environment variable. One that holds a secret may also be given as a file, which `<variable>_FILE` names.
 */
export type VariableSetting = { readonly variable: string; readonly secret?: boolean } & (SettingRule | SpecialSetting);

/** Settings of a process by the names that its code has for them. */
export type VariableTable = Readonly<Record<string, VariableSetting>>;

type VariableValue<Setting> =
  Setting extends SpecialSetting<infer Schema>
    ? z.output<Schema>
    : Setting extends { readonly type: 'text'; readonly default: string } | { readonly type: 'number' | 'choice' | 'flag' }
      ? ValueOf<Setting>
      : ValueOf<Setting> | undefined;

type MayLack<Table> = { [Name in keyof Table]: undefined extends VariableValue<Table[Name]> ? Name : never }[keyof Table];

/** The values of a table's variables: a setting without a default may be absent. */
export type VariablesOf<Table> = {
  readonly [Name in Exclude<keyof Table, MayLack<Table>>]: VariableValue<Table[Name]>;
} & { readonly [Name in MayLack<Table>]?: NonNullable<VariableValue<Table[Name]>> };

/**
 * Reads and checks the variables of a table. One that is set to nothing counts as unset: that is how Compose and Kubernetes leave
 * one out.
 * @throws SettingsError for the first that cannot be used
 */
export function readVariables<const Table extends VariableTable>(table: Table, environment: Environment): VariablesOf<Table> {
  const settings = Object.entries<VariableSetting>(table).flatMap(([name, setting]) => {
    const given = setting.secret ? readSecret(setting.variable, environment) : environment[setting.variable]?.trim() || undefined;
    const parsed = schemaOf(setting).safeParse(given);
    if (!parsed.success) throw refusal(setting, given ?? '', parsed.error.issues[0]?.message ?? '');
    return parsed.data === undefined ? [] : [[name, parsed.data] as const];
  });
  return Object.fromEntries(settings) as VariablesOf<Table>;
}

function schemaOf(setting: VariableSetting): z.ZodType {
  if (setting.type === 'special') return setting.schema;
  if (setting.type === 'text' && setting.default === undefined) return ruleSchema(setting).optional();
  return z.preprocess((given) => (given === undefined ? given : plainValue(String(given), setting)), ruleSchema(setting));
}

/** A variable is a text; what cannot be converted to its type is left for the check to refuse. */
function plainValue(given: string, { type }: SettingRule): unknown {
  if (type === 'number') return Number(given);
  if (type === 'flag') return given === 'true' ? true : given === 'false' ? false : given;
  return given;
}

function refusal({ variable, secret = false }: VariableSetting, value: string, rule: string): SettingsError {
  // Any address can hold a password.
  const shown = secret || value.includes('@') ? '(not shown)' : JSON.stringify(value);
  return new SettingsError(variable, `${variable} ${rule}, but is ${shown}`);
}
