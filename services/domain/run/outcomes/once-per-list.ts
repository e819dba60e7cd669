import type { KeptOutcome } from './outcome-columns.ts';
import { OutcomeList } from './outcome-list.ts';

/** What follows from outcomes, worked out once for each OutcomeList, which never changes. */
export function oncePerList<Value>(
  workOut: (outcomes: Iterable<KeptOutcome>) => Value,
): (outcomes: Iterable<KeptOutcome>) => Value {
  const known = new WeakMap<OutcomeList, { readonly value: Value }>();
  return (outcomes) => {
    if (!(outcomes instanceof OutcomeList)) return workOut(outcomes);
    const found = known.get(outcomes) ?? { value: workOut(outcomes) };
    known.set(outcomes, found);
    return found.value;
  };
}
