/** Behind an answer in words: ", who kicked it in 1990", ", the capital of France", ", because it is the capital". */
const clause =
  /(?<=[\p{L}\p{N}"”’)]),?\s(?:(?<=,\s)(?:who|whose|which|when|where|as|an?|the|not|also known as|a\.k\.a\.|formerly|née)|because|since|also known as|a\.k\.a\.)\s[^\n]*$/u;
/** "Green Bay (Wisconsin)", but not "Green Bay (or Chicago)". */
const remark =
  /(?<=\S)\s\((?!\s*(?:or|and|also|not|maybe|possibly|perhaps|but|though|either|versus|vs)\b)[^()\n]{1,80}\)[\s.]*$/iu;
/** Whole sentences are no answers with something behind them. */
const mostWords = 8;

/** An answer without the clause that tells more of it; undefined if it has none. */
export function withoutClause(answer: string): string | undefined {
  return cut(answer, clause);
}

/** An answer without the remark in brackets that it ends with; undefined if it has none. */
export function withoutRemark(answer: string): string | undefined {
  return cut(answer, remark);
}

function cut(answer: string, end: RegExp): string | undefined {
  const own = answer.replace(end, '');
  return own === answer || own.trim() === '' || own.trim().split(/\s+/).length > mostWords ? undefined : own;
}
