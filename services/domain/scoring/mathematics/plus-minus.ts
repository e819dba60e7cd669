const sign = /\\(?:pm|mp)(?![a-z])/;

/** Whether a value stands for two: 3 \pm 2. */
export function hasTwoSigns(text: string): boolean {
  return sign.test(text);
}

/** The upper signs, and the lower ones. */
export function sameSigns(text: string): string[] {
  if (!sign.test(text)) return [text];
  return ['+', '-'].map((sign) => signed(text, () => sign));
}

/** Each sign by itself, at most three. */
export function allSigns(text: string): string[] {
  const count = text.match(/\\(?:pm|mp)(?![a-z])/g)?.length ?? 0;
  if (count < 2 || count > 3) return sameSigns(text);
  return Array.from({ length: 2 ** count }, (_none, choice) => signed(text, (index) => ((choice >> index) & 1 ? '-' : '+')));
}

function signed(text: string, signAt: (index: number) => string): string {
  let index = 0;
  return text
    .replace(/\\(pm|mp)(?![a-z]) ?/g, (_all, name: string) => {
      const sign = signAt(index++);
      return name === 'pm' ? sign : sign === '+' ? '-' : '+';
    })
    .replace(/(^|[(,=[{])\+/g, '$1');
}
