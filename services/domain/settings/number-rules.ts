/** Ranges of numbers, from which the rules of settings are built. */

export const whole = (low: number, high: number) => ({ type: 'number', whole: true, low, high }) as const;

/** Whole, and bounded only by the largest exact number. */
export const wholeFrom = (low: number) => whole(low, Number.MAX_SAFE_INTEGER);

export const between = (low: number, high: number) => ({ type: 'number', low, high }) as const;

/** The lower bound itself is not allowed. */
export const above = (low: number, high: number) => ({ type: 'number', low, above: true, high }) as const;
