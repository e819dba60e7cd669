/** What stands between <tag> and </tag>, each time it does. Tags inside another tag's content count too. */
export function tagged(reply: string, tag: string): string[] {
  return [...reply.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, 'g'))].map((match) => (match[1] ?? '').trim());
}
