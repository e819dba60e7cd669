import { describe, expect, it, test } from 'vitest';
import { evaluationMethods } from '../../../../services/domain/evaluation/registry.ts';
import { lookOfScore } from '../../../../services/domain/report/score-look.ts';
import { phases } from '../../../../services/domain/run/ledger/token-use.ts';
import { phaseLabel } from '../../../../services/shared/document/phase-label.ts';
import { style } from '../../../../services/shared/document/style.ts';
import { addToRegistry } from '../../../support/add-to-registry.ts';
import { everythingReported, namesOfScores } from './made-up-report.ts';
import { asHtml, asMarkdown, asTerminal } from './written-report.ts';

const names = namesOfScores;
const everything = everythingReported;

describe('whatever gave a score and whatever tokens were spent on', () => {
  const html = asHtml(everything());

  it.each(names)('%s has a mark of its own in the plot, with its name in the legend', (name) => {
    const { label, mark } = lookOfScore(name);
    const shown = label.replaceAll("'", '&#39;').replaceAll('<', '&#60;').replaceAll('>', '&#62;');
    expect(html).toMatch(
      new RegExp(`<li><svg[^>]*><path class="mark m-${mark}"[^>]*><title>${shown}</title></path></svg>${shown}</li>`),
    );
  });

  it.each(phases)('%s has a colour in the ribbon, the bar and their legends', (phase) => {
    expect(html).toContain(`<title>round ${1 + phases.indexOf(phase)}, ${phaseLabel(phase)}: 100 tokens</title>`);
    expect(html.match(new RegExp(`class="p-${phase}"`, 'g'))?.length).toBeGreaterThanOrEqual(4);
    expect(style.match(new RegExp(`--p-${phase}: #[0-9a-f]{6};`, 'g'))).toHaveLength(3);
  });

  it('nothing is drawn in a colour that the style sheet does not have', () => {
    const used = new Set([...html.matchAll(/class="(?:mark )?([mplc]-[a-z-]+)"/g)].map(([, name]) => name));
    expect(used.size).toBeGreaterThan(15);
    for (const name of used) expect(style).toMatch(new RegExp(`\\.${name} \\{ (fill|stroke): var\\(--[a-z-]+\\); \\}`));
    for (const [, variable] of style.matchAll(/var\((--[a-z-]+)\)/g))
      if (variable !== '--share') expect(style).toContain(`${variable}: `);
  });

  it('is named in every form', () => {
    expect(asMarkdown(everything())).toContain('| oracle &lt;of\\> elsewhere |');
    expect(asTerminal(everything())).toMatch(/^canary +/m);
  });
});

test('a method that joins the registry brings its look along', () => {
  const added = { ...evaluationMethods.named('full'), name: 'added', label: 'an added method', mark: 'hexagon' } as const;
  const takeOut = addToRegistry(evaluationMethods, 'added', added);
  try {
    expect(lookOfScore('added')).toMatchObject({ label: 'an added method', mark: 'hexagon' });
  } finally {
    takeOut();
  }
  expect(lookOfScore('added')).toEqual({ label: 'added', mark: 'other' });
});
