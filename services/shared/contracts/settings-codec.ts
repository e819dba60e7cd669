import { type Configured, camelCase } from '../../domain/settings/configured.ts';
import type { OwnSettings } from '../../domain/settings/own-settings.ts';
import type { SettingRule, SettingRules, SettingValue } from '../../domain/settings/setting-rule.ts';
import { ContractError } from './contract-error.ts';
import { oneOf, readJsonObject, sortedJson } from './read-message.ts';

/** A message of settings: a field for each setting that existed when it was released, and one for all others. */
interface SettingsMessage {
  readonly otherSettings: string;
}

type Settings = Readonly<Record<string, unknown>>;

/**
 * The message of a group of settings. A setting without a field travels with the group's own settings, so that new settings need
 * none; what is left out is blank, as in messages from before the setting existed.
 * @param blank the message with nothing set
 */
export function settingsToProto<Message extends SettingsMessage>(
  rules: SettingRules,
  blank: Message,
  { own = {}, ...settings }: object & { readonly own?: OwnSettings },
): Message {
  const given: Settings = settings;
  const fields = Object.keys(blank).flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]]));
  const later = Object.keys(rules)
    .filter((name) => !(camelCase(name) in blank) && given[camelCase(name)] !== undefined)
    .map((name) => [name, given[camelCase(name)]]);
  const others = { ...own, ...Object.fromEntries(later) };
  const otherSettings = Object.keys(others).length === 0 ? '' : sortedJson(others);
  return { ...blank, ...Object.fromEntries(fields), otherSettings };
}

/**
 * The settings that the rules know, and the group's own.
 * @param group what it is called in messages, e.g. "search"
 * @throws ContractError
 */
export function settingsFromProto<const Rules extends SettingRules>(
  contract: string,
  group: string,
  rules: Rules,
  message: SettingsMessage,
): Configured<Rules> & { readonly own?: OwnSettings } {
  const fields: Settings = { ...message };
  const known = Object.entries<SettingRule>(rules).flatMap(([name, rule]) => {
    const value = fields[camelCase(name)];
    const isLeftOut = rule.leftOut !== undefined && (value === '' || value === false);
    if (value === undefined || isLeftOut) return [];
    if (rule.type === 'choice') oneOf(contract, `${group}.${name}`, rule.choices, String(value));
    return [[camelCase(name), value] as const];
  });
  const settings: Settings = { ...Object.fromEntries(known), ...otherSettings(contract, group, rules, message.otherSettings) };
  return settings as Configured<Rules> & { readonly own?: OwnSettings };
}

function otherSettings(contract: string, group: string, rules: SettingRules, text: string): Settings {
  if (text === '') return {};
  const field = `${group}.other_settings`;
  const given = Object.entries(readJsonObject(contract, field, text));
  for (const [name, value] of given) {
    if (isSettingValue(value)) continue;
    throw new ContractError(
      contract,
      `its field ${field} gives ${name} a value that no setting can have: ${JSON.stringify(value)}`,
    );
  }
  const later = given.filter(([name]) => Object.hasOwn(rules, name)).map(([name, value]) => [camelCase(name), value]);
  const own = given.filter(([name]) => !Object.hasOwn(rules, name));
  return { ...Object.fromEntries(later), ...(own.length > 0 && { own: Object.fromEntries(own) }) };
}

function isSettingValue(value: unknown): value is SettingValue {
  if (Array.isArray(value)) return value.every((item) => typeof item === 'string');
  return ['boolean', 'number', 'string'].includes(typeof value);
}
