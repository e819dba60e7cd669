/** A length for a style: Preact adds no unit to a number. */
export const px = (length: number) => `${length}px`;
