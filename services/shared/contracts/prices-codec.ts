import { defined } from '../../domain/defined.ts';
import { withMissingPrices } from '../../domain/prices/find-price.ts';
import type { Money } from '../../domain/prices/money-of.ts';
import type { PriceTable } from '../../domain/prices/price-table.ts';
import type { Money as ProtoMoney, PriceTable as ProtoPriceTable } from './generated/scale/v1/control.ts';

export function pricesToProto({ currency, prices, source = '', date = '' }: PriceTable): ProtoPriceTable {
  return { currency, source, date, prices: prices.map((price) => ({ ...price })) };
}

export function pricesFromProto({ currency, prices, source, date }: ProtoPriceTable): PriceTable {
  return { currency, prices, ...defined({ source: source || undefined, date: date || undefined }) };
}

export function moneyToProto({ amount, currency, unpriced = [] }: Money): ProtoMoney {
  return { amount, currency, unpriced: [...unpriced] };
}

export function moneyFromProto({ amount, currency, unpriced }: ProtoMoney): Money {
  return { amount, currency, ...(unpriced.length > 0 && { unpriced }) };
}

/** What a run has kept, and the given prices of models that it lacks. */
export function addPrices(kept: ProtoPriceTable | undefined, given: ProtoPriceTable | undefined): ProtoPriceTable | undefined {
  const all = withMissingPrices(kept && pricesFromProto(kept), given && pricesFromProto(given));
  return all && pricesToProto(all);
}
