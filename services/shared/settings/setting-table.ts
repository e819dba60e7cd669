import type { z } from 'zod';
import type { SettingRule } from '../../domain/settings/setting-rule.ts';
import { type RuleSchema, ruleSchema } from './rule-schema.ts';
import { settings } from './rules.ts';

/** A setting whose check says more than a rule can. The fields next to the check are for the tables in the documentation. */
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

/** A group of settings by name, with everything that is known about each. */
export type SettingTable = Readonly<Record<string, SettingRule | SpecialSetting>>;

type SchemaOf<Setting> = Setting extends SpecialSetting<infer Schema> ? Schema : RuleSchema<Setting>;

export type ShapeOf<Table> = { -readonly [Name in keyof Table]: SchemaOf<Table[Name]> };

/** The checks of a table's settings. */
export function shapeOf<const Table extends SettingTable>(table: Table): ShapeOf<Table> {
  const checks = Object.entries<SettingTable[string]>(table).map(([name, setting]) => [name, schemaOf(setting)] as const);
  return Object.fromEntries(checks) as ShapeOf<Table>;
}

/** The group that a table describes; unknown settings are refused. */
export function tableSchema<const Table extends SettingTable>(table: Table) {
  return settings(shapeOf(table));
}

function schemaOf(setting: SettingTable[string]): z.ZodType {
  return setting.type === 'special' ? setting.schema : ruleSchema(setting);
}
