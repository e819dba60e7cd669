import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { defined } from '../../domain/defined.ts';
import { ScaleError } from '../../domain/errors/scale-error.ts';
import type { ModelPrice, PriceTable } from '../../domain/prices/price-table.ts';
import { whyUnread } from '../errors/file-error.ts';
import { type Environment, processEnvironment } from '../settings/environment.ts';
import { parseSettings } from '../settings/parse-settings.ts';
import { decimal, settings, text } from '../settings/rules.ts';
import { EncodingError, utf8Text } from '../settings/utf8-text.ts';

/** A price table that cannot be used: a sentence for each fault, with the file, the line and the field. */
export class PriceFileError extends ScaleError {
  readonly kind = 'bad-input';
}

/** Far above any price: what is larger was given per token of another unit, or in another currency than it says. */
const mostPerMillion = 1_000_000;
const priceRule = `must be a number from 0 to ${mostPerMillion} with at most 6 decimals, per million tokens`;

const price = z
  .number({ error: priceRule })
  .min(0, { error: priceRule })
  .max(mostPerMillion, { error: priceRule })
  .refine((value) => hasDecimals(value, 6), { error: priceRule });

const priceSchema = settings({
  input: price,
  cached_input: price.optional(),
  output: price,
  reasoning: price.optional(),
  batch: decimal(0, 1)
    .refine((value) => hasDecimals(value, 4), { error: 'must be a number from 0 to 1 with at most 4 decimals' })
    .optional(),
});

/** A price table's content, in a file of its own or within a run file. */
export const priceTableSchema = settings({
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, { error: 'must be the three capital letters of a currency, such as USD' })
    .default('USD'),
  source: text().max(300, { error: 'must be a text of at most 300 characters' }).optional(),
  date: z
    .string({ error: 'must be a date such as 2026-11-29' })
    .regex(/^\d{4}-\d{2}-\d{2}$/, { error: 'must be a date such as 2026-11-29' })
    .optional(),
  models: z.record(z.string(), priceSchema, { error: 'must be a group of prices by model' }),
});

/** @throws PriceFileError */
export async function readPriceFile(path: string): Promise<PriceTable> {
  return parsePrices(await textOf(path), path);
}

/**
 * The table that SCALE_PRICES_FILE names, for whatever names none itself.
 * @throws PriceFileError
 */
export async function pricesOfEnvironment(environment: Environment = processEnvironment()): Promise<PriceTable | undefined> {
  const path = environment.SCALE_PRICES_FILE?.trim();
  return path ? readPriceFile(path) : undefined;
}

/**
 * Reads a price table: a model's prices by its name, per million tokens. What is cached costs as much as what is not unless the
 * table says otherwise, reasoning as much as any output, and a batch as much as calls made at once.
 * @param file what to call it in messages
 * @throws PriceFileError that names every fault
 */
function parsePrices(content: string, file: string): PriceTable {
  const placed = (line: number | undefined, message: string) => `${file}${line === undefined ? '' : `:${line}`}: ${message}`;
  const { settings: table } = parseSettings(content, {
    schemaOf: () => priceTableSchema,
    what: 'a price table',
    prepare: (value) => value ?? {},
    refuse: ({ line }, message, options) => new PriceFileError(placed(line, message), options),
    refuseAll: (faults) => new PriceFileError(faults.map(({ line, message }) => placed(line, message)).join('\n')),
  });
  return priceTableOf(table);
}

export function priceTableOf({ currency, source, date, models }: z.infer<typeof priceTableSchema>): PriceTable {
  const prices = Object.entries(models).map(([model, given]) => priceOf(model, given));
  return { currency, prices, ...defined({ source, date }) };
}

function priceOf(model: string, given: z.infer<typeof priceSchema>): ModelPrice {
  const { input, cached_input: cachedInput = input, output, reasoning = output, batch = 1 } = given;
  return { model, input, cachedInput, output, reasoning, batch };
}

async function textOf(path: string): Promise<string> {
  try {
    return utf8Text(await readFile(path));
  } catch (cause) {
    if (cause instanceof EncodingError) {
      throw new PriceFileError(`${path}${cause.line === undefined ? '' : `:${cause.line}`}: ${cause.message}`, { cause });
    }
    throw new PriceFileError(`${path}: ${whyUnread(cause, 'price table')}`, { cause });
  }
}

/** Whether a number written in decimal has at most so many of them: 0.15 is not a whole number of millionths in binary. */
function hasDecimals(value: number, most: number): boolean {
  return Number(value.toFixed(most)) === value;
}
