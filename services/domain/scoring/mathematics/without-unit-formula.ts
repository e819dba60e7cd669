/** Words of a unit. Single letters that are numbers or operators are none: 5\mathrm{e}^{-2}. */
const unit = String.raw`\\(?:text(?:rm|sf|it|bf)?|mathrm|mathsf|mbox)\s*\{\s*(?![eid]\s*\})\p{L}{1,12}\.?\s*\}`;
const power = String.raw`(?:\s*\^\s*(?:\{\s*-?\d\s*\}|\d))`;
const blank = String.raw`(?:\s|\\[ ,;:!]|~)*`;
const product = String.raw`${unit}${power}?(?:${blank}(?:/|\\cdot(?![a-z])|\\times(?![a-z])|\u00b7)${blank}${unit}${power}?)+`;
const quotient = String.raw`\\[dt]?frac\s*\{\s*${unit}${power}?\s*\}\s*\{\s*${unit}${power}?\s*\}`;
const within = String.raw`\\(?:text|mathrm)\s*\{(?:${blank})\p{L}{1,4}(?:\s|\\[,;: ]|~|\\cdot(?![a-z]))+\p{L}{1,4}\s*\^\s*\{?\s*-\s*\d\s*\}?\s*\}`;
const inverse = String.raw`${unit}\s*\^\s*\{\s*-\d\s*\}`;
const formula = new RegExp(String.raw`(?<=[\d})\]]${blank})(?:${quotient}|${product}|${inverse}|${within})[\s.$]*$`, 'u');
/** 5'10'' is a length of two parts, which no sign may be taken from. */
const inches = /^([^'"\u2032\u2033]*\d)\s*(?:''?|"|\u2032|\u2033)[\s.$]*$/;

/** A value without a unit that is a formula of its own: 12\,\text{km}/\text{h}, 12 \frac{\text{m}}{\text{s}}, 12''. */
export function withoutUnitFormula(text: string): string {
  return text.replace(formula, '').replace(inches, '$1');
}
