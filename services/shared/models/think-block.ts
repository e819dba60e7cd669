const opening = '<think>';
const closing = '</think>';

/**
 * Parts a reply whose server does not do it: a think block stands at the start. Its opening tag may be missing, since chat
 * templates of thinking models write it into the prompt, and its closing tag too, where the reply was cut off in the middle of
 * thinking; then there is no answer.
 */
export function splitThinkBlock(reply: string): { readonly text: string; readonly reasoning: string } {
  const start = reply.trimStart();
  const end = start.indexOf(closing);
  const opened = start.startsWith(opening);
  if (end < 0) return opened ? { text: '', reasoning: start.slice(opening.length).trim() } : { text: reply, reasoning: '' };
  return {
    text: start.slice(end + closing.length).trim(),
    reasoning: start.slice(opened ? opening.length : 0, end).trim(),
  };
}
