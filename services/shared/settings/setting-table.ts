import type { z } from 'zod';
import type { SettingRule } from '../../domain/settings/setting-rule.ts';
import { type RuleSchema, ruleSchema } from './rule-schema.ts';
import { settings } from './rules.ts';

/** A setting whose check says more than a rule can. What stands beside the check is for the tables of the documentation. */
export interface SpecialSetting<Schema extends z.ZodType = z.ZodType> {
  readonly type: 'special';
  /** With its default. */
  readonly schema: Schema;
  readonly description: string;
  /** What it may be. */
  readonly range: string;
  /** In Markdown; "" for none. */
  readonly shownDefault: string;
}

/** A group of settings by their names: everything that is said of them. */
export type SettingTable = Readonly<Record<string, SettingRule | SpecialSetting>>;

type SchemaOf<Setting> = Setting extends SpecialSetting<infer Schema> ? Schema : RuleSchema<Setting>;

export type ShapeOf<Table> = { -readonly [Name in keyof Table]: SchemaOf<Table[Name]> };

/** The checks of a table's settings. */
export function shapeOf<const Table extends SettingTable>(table: Table): ShapeOf<Table> {
  const checks = Object.entries<SettingTable[string]>(table).map(([name, setting]) => [name, schemaOf(setting)] as const);
  return Object.fromEntries(checks) as ShapeOf<Table>;
}

/** The group that a table describes; whatever it does not know is refused. */
export function tableSchema<const Table extends SettingTable>(table: Table) {
  return settings(shapeOf(table));
}

function schemaOf(setting: SettingTable[string]): z.ZodType {
  return setting.type === 'special' ? setting.schema : ruleSchema(setting);
}
