/** Of a limit or of what was spent of it: "20,000 tokens", "1 call", "0.002 in money". @param counted tokens, calls or money */
export function describeAmount(counted: string, amount: number): string {
  if (counted === 'money') return `${shortAmount(counted, amount)} in money`;
  return `${shortAmount(counted, amount)} ${amount === 1 ? counted.slice(0, -1) : counted}`;
}

/** The same without what it counts. However small an amount of money is, it is not shown as none. */
export function shortAmount(counted: string, amount: number): string {
  if (counted !== 'money') return Math.round(amount).toLocaleString('en');
  return amount.toLocaleString('en', amount < 1 ? { maximumSignificantDigits: 3 } : { maximumFractionDigits: 2 });
}
