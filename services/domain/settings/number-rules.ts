/** What a number may be, to build rules of settings with. */

export const whole = (low: number, high: number) => ({ type: 'number', whole: true, low, high }) as const;

/** Whole, and without an end but that of numbers that are exact. */
export const wholeFrom = (low: number) => whole(low, Number.MAX_SAFE_INTEGER);

export const between = (low: number, high: number) => ({ type: 'number', low, high }) as const;

/** The lower bound itself is not allowed. */
export const above = (low: number, high: number) => ({ type: 'number', low, above: true, high }) as const;
