/**
 * What instructions demand of the very form of an answer, beyond what helps to solve a query: how it begins and ends, a tag
 * around it, capitals. Only what is quoted counts, since a rule for a form shows it.
 */
export interface DemandedForm {
  /** What the answer begins or ends with; a place for the answer, such as <number> or …, is filled. */
  readonly begin?: string;
  readonly end?: string;
  /** The name of the tag around it. */
  readonly tag?: string;
  readonly capitals?: boolean;
}

const quoted = `(?:a |the |this )?(?:(?:last |first )?(?:line|words?|text|sentence) )?["“«\`]([^"”»\`\n]{1,80})["”»\`]`;
const begins = new RegExp(`\\b(?:begin|start)s?(?:ning|ing)? with ${quoted}`, 'i');
const ends = new RegExp(
  `\\b(?:ends?(?:ing)? with|(?:last|final) line (?:must|should|has to|needs to) (?:be|read|say)) ${quoted}`,
  'i',
);
const tagged =
  /\b(?:wrap(?:ped)?|enclose[sd]?|put|stand|between|inside|within|in)\b[^.<>\n]{0,40}<(?!\/?answer\b|thought\b)([a-z][a-z_-]{0,30})>/i;
const capitals = /\b(?:in|all) (?:capital letters|capitals|upper ?case(?: letters)?)\b/i;

/** @param instructions the prompt without the query's own text */
export function demandedForm(instructions: string): DemandedForm {
  const [begin, end, tag] = [begins, ends, tagged].map((form) => form.exec(instructions)?.[1]);
  return {
    ...(begin !== undefined && { begin }),
    ...(end !== undefined && { end }),
    ...(tag !== undefined && { tag }),
    ...(capitals.test(instructions) && { capitals: true }),
  };
}

export function isDemanding(form: DemandedForm): boolean {
  return Object.keys(form).length > 0;
}

const place = /<[^<>]{1,30}>|\{[^{}]{1,30}\}|\[[^[\]]{1,30}\]|…|\.\.\./;

/** A reply brought into that form. @param answer what the reply answers */
export function inDemandedForm(reply: string, answer: string, { begin, end, tag, capitals: upper }: DemandedForm): string {
  const tags = tag === undefined ? reply : `${reply.trimEnd()}\n<${tag}>${answer}</${tag}>`;
  const first = begin === undefined ? tags : `${filled(begin, answer)}\n${tags}`;
  const whole = end === undefined ? first : `${first.trimEnd()}\n${filled(end, answer)}`;
  return upper === true ? whole.toUpperCase() : whole;
}

function filled(text: string, answer: string): string {
  return place.test(text) ? text.replace(place, () => answer) : text;
}
