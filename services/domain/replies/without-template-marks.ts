const ends = String.raw`<\|(?:im_end|eot_id|eom_id|endoftext|end_of_text|end_of_box|user|observation|end|return)\|>|<end_of_turn>|<turn\|>|<｜end▁of▁sentence｜>`;
const endMarks = new RegExp(String.raw`\s*(?:(?:${ends})\s*)+$`);
const begin = /^\s*(?:<\|im_start\|>assistant\s|<\|start_header_id\|>assistant<\|end_header_id\|>|<\|begin_of_box\|>)\s*/;

/** A text without a chat template's marks at its ends, which servers leave there whose template does not fit the model. */
export function withoutTemplateMarks(text: string): string {
  // Nearly all have none.
  const hasBegin = /^\s*<\|/.test(text);
  if (!hasBegin && !/[>｜]\s*$/.test(text.slice(-40))) return text;
  const strikes = /<\/s>\s*$/.test(text) && !/<s\b/.test(text) ? text.replace(/\s*<\/s>\s*$/, '') : text;
  const rest = strikes.replace(endMarks, '').replace(begin, '');
  return rest.trim() === '' ? text : rest;
}
