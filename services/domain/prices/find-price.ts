import type { ModelPrice, PriceTable } from './price-table.ts';

/** A model's own entry, or the first pattern that fits its name; undefined if nothing says what it costs. */
export function findPrice({ prices }: PriceTable, model: string): ModelPrice | undefined {
  return prices.find((price) => price.model === model) ?? prices.find((price) => fits(price.model, model));
}

/**
 * The prices of these models alone, each under the model's own name: what a run keeps, whatever the table says later.
 * @param batched models among them whose calls go through the provider's batch API
 */
export function pricesOf(table: PriceTable, models: readonly string[], batched: ReadonlySet<string> = new Set()): PriceTable {
  const prices = [...new Set(models)].sort().flatMap((model) => {
    const price = findPrice(table, model);
    if (price === undefined) return [];
    return [{ ...(batched.has(model) ? atBatchPrice(price) : price), model }];
  });
  return { ...table, prices };
}

/**
 * What a run has kept, and the given prices of models that it lacks: a price that was kept is not replaced. Amounts in two
 * currencies cannot be added up, so a table in another one adds nothing.
 */
export function withMissingPrices(kept: PriceTable | undefined, given: PriceTable | undefined): PriceTable | undefined {
  if (kept === undefined || kept.prices.length === 0) return given;
  if (given === undefined || given.currency !== kept.currency) return kept;
  const known = new Set(kept.prices.map(({ model }) => model));
  return { ...kept, prices: [...kept.prices, ...given.prices.filter(({ model }) => !known.has(model))] };
}

/** As if nothing were made at once, to the six decimals that a price has. */
function atBatchPrice({ model, batch, ...each }: ModelPrice): ModelPrice {
  const { input, cachedInput, output, reasoning } = each;
  const reduced = (price: number): number => Math.round(price * batch * 1e6) / 1e6;
  return {
    ...{ model, batch: 1, input: reduced(input), cachedInput: reduced(cachedInput) },
    ...{ output: reduced(output), reasoning: reduced(reasoning) },
  };
}

/** Where the pieces of the pattern stand in the name one after another; no backtracking, which a long pattern would make slow. */
function fits(pattern: string, model: string): boolean {
  const pieces = pattern.split('*');
  const [first = '', last = ''] = [pieces[0], pieces.at(-1)];
  if (pieces.length === 1 || model.length < first.length + last.length) return false;
  if (!model.startsWith(first) || !model.endsWith(last)) return false;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = model.indexOf(piece, at);
    if (found < 0 || found + piece.length > model.length - last.length) return false;
    at = found + piece.length;
  }
  return true;
}
