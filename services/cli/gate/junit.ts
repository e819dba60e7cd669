/** A suite of test cases as JUnit XML, which continuous integration reads. */
export interface TestSuite {
  readonly name: string;
  readonly cases: readonly TestCase[];
}

export interface TestCase {
  readonly name: string;
  readonly group: string;
  readonly seconds?: number;
  /** Why it failed. A build with such a case is red. */
  readonly failure?: string;
  /** What to know about it, though it does not fail the build. */
  readonly remark?: string;
  readonly output?: string;
}

/** The form that Jenkins, GitLab and GitHub's actions read: one suite below `testsuites`, at most one verdict a case. */
export function encodeJUnit({ name, cases }: TestSuite): string {
  const failures = cases.filter(({ failure }) => failure !== undefined).length;
  const skipped = cases.filter(({ failure, remark }) => failure === undefined && remark !== undefined).length;
  const counts = `tests="${cases.length}" failures="${failures}" errors="0" skipped="${skipped}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="${escapeXml(name)}" ${counts}>`,
    ...cases.flatMap(caseLines),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function caseLines({ name, group, seconds, failure, remark, output }: TestCase): string[] {
  const time = seconds === undefined ? '' : ` time="${seconds.toFixed(3)}"`;
  const inside = [
    ...(failure === undefined ? [] : [`      <failure message="${escapeXml(failure)}"></failure>`]),
    ...(failure !== undefined || remark === undefined ? [] : [`      <skipped message="${escapeXml(remark)}"></skipped>`]),
    ...(output === undefined ? [] : [`      <system-out>${escapeXml(output)}</system-out>`]),
  ];
  const head = `    <testcase classname="${escapeXml(group)}" name="${escapeXml(name)}"${time}`;
  return inside.length === 0 ? [`${head}/>`] : [`${head}>`, ...inside, '    </testcase>'];
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Line breaks and tabs as references, since attributes lose them; what XML 1.0 cannot hold at all becomes U+FFFD. */
function escapeXml(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that XML forbids.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replace(/[&<>"]/g, (character) => entities[character] ?? character)
      .replace(/[\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`)
  );
}
