import { z } from 'zod';

/** Building blocks of schemas whose every issue is the whole rule, so that a message can say "<field> <rule>". */

export function integer(low: number, high: number) {
  const rule = `must be a whole number from ${low} to ${high}`;
  return z.int({ error: rule }).min(low, { error: rule }).max(high, { error: rule });
}

/** @param above true: the lower bound itself is not allowed */
export function decimal(low: number, high: number, { above = false } = {}) {
  const rule = above ? `must be a number above ${low} and up to ${high}` : `must be a number from ${low} to ${high}`;
  const number = z.number({ error: rule });
  return (above ? number.gt(low, { error: rule }) : number.min(low, { error: rule })).max(high, { error: rule });
}

/** A number, or null for one that is not sent, so that the server's own holds. */
export function orLeftOut(number: ReturnType<typeof decimal>) {
  return number.nullable();
}

export function text(rule = 'must be a text') {
  return z.string({ error: rule }).min(1, { error: rule });
}

export function flag() {
  return z.boolean({ error: 'must be true or false' });
}

/** A part of a JSON schema. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * What may stand in a file instead of what a schema checks once it is prepared, for the JSON schemas that editors read.
 * @param forms `also`: beside the schema's own form; `only`: in its place
 */
export function written<Schema extends z.ZodType>(schema: Schema, forms: WrittenForms): Schema {
  return schema.meta({ written: forms });
}

export interface WrittenForms {
  readonly also?: readonly JsonSchema[];
  readonly only?: JsonSchema;
  /** Other names of the settings of a group. */
  readonly alias?: Readonly<Record<string, string>>;
}

/** YAML 1.2 reads `on` and `off` as texts. */
export function onOrOff() {
  const words = new Map<unknown, boolean>([
    ['on', true],
    ['off', false],
  ]);
  const schema = z.preprocess((value) => words.get(value) ?? value, z.boolean({ error: 'must be on or off' }));
  return written(schema, { only: { enum: ['on', 'off', true, false] } });
}

export function choice<const T extends readonly [string, ...string[]]>(options: T) {
  return z.enum(options, { error: `must be ${listed(options)}` });
}

export function settings<T extends z.ZodRawShape>(shape: T) {
  return z.strictObject(shape, { error: 'must be a group of settings' });
}

export function listed(options: readonly string[]): string {
  return options.length < 2 ? options.join('') : `${options.slice(0, -1).join(', ')} or ${options.at(-1)}`;
}
