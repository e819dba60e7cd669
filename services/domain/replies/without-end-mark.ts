const marks = String.raw`<\|(?:im_end|eot_id|eom_id|endoftext|end_of_text|end|return)\|>|<end_of_turn>|<｜end▁of▁sentence｜>`;
const endMark = new RegExp(String.raw`\s*(?:${marks})\s*$`);

/** A text without the mark of its end, which servers leave there whose template does not fit the model. */
export function withoutEndMark(text: string): string {
  // Nearly all have none.
  if (!/[>｜]\s*$/.test(text.slice(-40))) return text;
  const strikes = /<\/s>\s*$/.test(text) && !/<s\b/.test(text) ? text.replace(/\s*<\/s>\s*$/, '') : text;
  const rest = strikes.replace(endMark, '');
  return rest.trim() === '' ? text : rest;
}
