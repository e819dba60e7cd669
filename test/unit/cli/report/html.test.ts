import { describe, expect, it } from 'vitest';
import { asReal, begunState, everyStep, finishedState, hostileState, reportOf } from './made-up-report.ts';
import { asHtml } from './written-report.ts';

const voidTags = new Set(['meta', 'br', 'line']);

/** Tags that are not closed, or closed in the wrong order. */
function unbalancedTags(html: string): string[] {
  const open: string[] = [];
  const body = html.replace('<!doctype html>', '').replace(/<style>.*?<\/style>/s, '');
  for (const [, end, name = '', rest = ''] of body.matchAll(/<(\/?)([a-zA-Z0-9]+)((?:"[^"]*"|[^>"])*)>/g)) {
    if (end === '/') {
      const expected = open.pop();
      if (expected !== name) return [`</${name}> instead of </${expected}>`];
    } else if (!rest.endsWith('/') && !voidTags.has(name)) open.push(name);
  }
  return open;
}

describe('the report as HTML', () => {
  const html = asHtml(reportOf(finishedState()));

  it('is one whole page with every plot, each with a name and a description', () => {
    expect(unbalancedTags(html)).toEqual([]);
    const drawings = [
      'token-plot',
      'search-tree',
      'best-workflow',
      'estimates-by-round',
      'estimates-against-full',
      'query-matrix',
      'spending-bars',
    ];
    for (const drawing of drawings) {
      expect(html).toContain(`<title id="${drawing}-title">`);
      expect(html).toContain(`<desc id="${drawing}-description">`);
    }
    expect(html).not.toMatch(/NaN|undefined|Infinity|\[object/);
  });

  it('needs no network, no script and no other file', () => {
    expect(html).not.toMatch(/<script|<link|<img|<iframe|@import|\bsrc=|url\((?!#arrow\))/i);
    for (const [, target] of html.matchAll(/\bhref="([^"]*)"/g)) expect(target).toMatch(/^#/);
    expect(html).toContain("default-src 'none'");
  });

  it('links to each of its sections, and to nothing that is not there', () => {
    const targets = [...html.matchAll(/href="#([^"]*)"/g)].map(([, id]) => id);
    expect(targets.length).toBeGreaterThan(6);
    for (const id of targets) expect(html).toContain(`<section id="${id}"`);
  });

  it('gives no id twice', () => {
    const ids = [...html.matchAll(/\bid="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('wears a banner if a simulated model answered, and none otherwise', () => {
    expect(html).toMatch(/<div class="banner" role="alert"><strong>Simulated model: not a result\./);
    expect(html).toContain('<title>Simulated model: ');
    const real = asHtml(reportOf(asReal(finishedState())));
    expect(real).not.toContain('class="banner"');
    expect(real).not.toMatch(/simulated model/i);
  });

  it('draws each step of the best workflow', () => {
    const { steps } = everyStep;
    const drawn = asHtml(reportOf(hostileState()));
    for (const step of steps) if ('id' in step) expect(drawn).toContain(`>${step.id} = `);
    expect(drawn).toContain('>size(drafts) &#62; 2</text>');
    expect(drawn).toContain('while size(first) &#62; 9, at most 2 times');
  });

  it('shows what models wrote as text, whatever it is', () => {
    const drawn = asHtml(reportOf(hostileState()));
    expect(drawn).not.toContain('<script');
    expect(drawn).not.toContain('\u001b');
    expect(drawn).toContain('&#60;script&#62;alert(&#34;x&#34;)');
    expect(unbalancedTags(drawn)).toEqual([]);
  });

  it('can be made of a run that has only begun', () => {
    const begun = asHtml(reportOf(begunState()));
    expect(unbalancedTags(begun)).toEqual([]);
    expect(begun).toContain('No workflow has a score yet.');
    expect(begun).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('can be made of a run at any moment', () => {
    const state = finishedState(6);
    for (let count = 1; count <= state.rounds.length; count += 1) {
      const [last] = state.rounds.slice(count - 1, count);
      if (last === undefined) throw new Error('there is such a round');
      const { evaluation: _, ...open } = last;
      const rounds = [...state.rounds.slice(0, count - 1), { ...open, completed: false }];
      const { bestRound: __, ...unfinished } = state;
      const partial = asHtml(reportOf({ ...unfinished, status: 'running', rounds }));
      expect(unbalancedTags(partial)).toEqual([]);
      expect(partial).not.toMatch(/NaN|undefined|Infinity/);
    }
  });
});
