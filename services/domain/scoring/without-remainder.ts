const remainder = /(?<=\d),?\s?(?:(?:with |and )?(?:an? )?(?:remainder|rem\.?)(?: of)?\s|[rR]\s?)\d+(?![\d.]*\d|\p{L})/gu;

/** Without what a division leaves, which is told beside its result: "6 remainder 2", "6 R2". */
export function withoutRemainder(text: string): string {
  return text.replace(remainder, '');
}
