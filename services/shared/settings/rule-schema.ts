import { z } from 'zod';
import type { SettingRule, ValueOf } from '../../domain/settings/setting-rule.ts';
import { namesIn } from './registries.ts';
import { choice, decimal, flag, integer, listed, onOrOff, orLeftOut, text } from './rules.ts';

/** A required setting has no default. */
export type RuleSchema<Rule> = Rule extends { readonly default: unknown }
  ? z.ZodDefault<z.ZodType<ValueOf<Rule>>>
  : z.ZodType<ValueOf<Rule>>;

/** The check of one setting, with its default. */
export function ruleSchema<Rule extends SettingRule>(rule: Rule): RuleSchema<Rule> {
  return schemaOf(rule) as z.ZodType as RuleSchema<Rule>;
}

function schemaOf(rule: SettingRule): z.ZodType {
  switch (rule.type) {
    case 'flag':
      return (rule.spelt === 'on or off' ? onOrOff() : flag()).default(rule.default);
    case 'number': {
      const number = rule.whole ? integer(rule.low, rule.high) : decimal(rule.low, rule.high, rule);
      return (rule.orNull ? orLeftOut(number) : number).default(rule.default);
    }
    case 'choice':
      return choice(rule.choices as readonly [string, ...string[]]).default(rule.default);
    case 'name': {
      const names = namesIn(rule.of);
      return z.enum(names, { error: `must be ${listed(names)}` }).default(rule.default);
    }
    case 'text': {
      if (rule.default === undefined) return text(rule.rule);
      const plain = rule.default === '' ? z.string({ error: rule.rule ?? 'must be a text' }) : text(rule.rule);
      return plain.default(rule.default);
    }
    case 'texts': {
      const item = rule.choices === undefined ? text() : choice(rule.choices as readonly [string, ...string[]]);
      return z.array(item, { error: 'must be a list of texts' }).default([...rule.default]);
    }
  }
}

/** What a setting may be, for the tables in the documentation. */
export function rangeOf(rule: SettingRule): string {
  switch (rule.type) {
    case 'flag':
      return rule.spelt === 'on or off' ? 'on or off' : 'true or false';
    case 'number':
      return numberRange(rule);
    case 'choice':
      return listed(rule.choices);
    case 'name':
      return listed(namesIn(rule.of));
    case 'text':
      return rule.rule?.replace(/^must be /, '') ?? 'a text';
    case 'texts':
      return rule.choices === undefined ? 'a list of texts' : `a list of ${listed(rule.choices)}`;
  }
}

type NumberRule = Extract<SettingRule, { readonly type: 'number' }>;

function numberRange({ low, high, whole, above, orNull, unit }: NumberRule): string {
  const most = high >= Number.MAX_SAFE_INTEGER ? 'or more' : `to ${grouped(high)}`;
  const range = above ? `above ${grouped(low)}, up to ${grouped(high)}` : `${grouped(low)} ${most}`;
  const kind = whole ? 'whole, ' : '';
  return `${kind}${range}${unit === undefined ? '' : ` ${unit}`}${orNull ? ', or null' : ''}`;
}

function grouped(number: number): string {
  return number.toLocaleString('en-US');
}

/** As it would be written in a file; "" for none. */
export function defaultOf(rule: SettingRule): string {
  if (rule.default === undefined || rule.default === '') return '';
  if (rule.type === 'flag' && rule.spelt === 'on or off') return rule.default ? 'on' : 'off';
  return typeof rule.default === 'string' ? rule.default : JSON.stringify(rule.default);
}
