import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { encodeJUnit } from '../../../../services/cli/gate/junit.ts';

/** What a parser that nobody here wrote makes of it: suites, and each case with its verdict, message and output. */
async function parsed(xml: string) {
  const script = `
import json, sys, xml.etree.ElementTree as tree
root = tree.fromstring(sys.stdin.buffer.read())
case = lambda c: {**c.attrib, **{child.tag: child.attrib.get('message', child.text) for child in c}}
print(json.dumps({'root': root.attrib, 'suite': root[0].attrib, 'cases': [case(c) for c in root[0]]}))`;
  const running = promisify(execFile)('python3', ['-c', script]);
  running.child.stdin?.end(xml);
  return JSON.parse((await running).stdout);
}

describe('encodeJUnit', () => {
  it('counts cases, failures and remarks, and keeps every text', async () => {
    const hostile = `quotes " ' and <tags> & a line\nbreak,\ta tab, a bell \u0007, half a pair \ud800, ]]>`;
    const kept = hostile.replace('\u0007', '\ufffd').replace('\ud800', '\ufffd');
    const xml = encodeJUnit({
      name: hostile,
      cases: [
        { name: 'the score', group: 'gate', failure: hostile, output: hostile },
        { name: hostile, group: hostile, seconds: 1.23456, remark: hostile },
        { name: 'right', group: 'gsm8k.test' },
      ],
    });
    expect(await parsed(xml)).toEqual({
      root: { tests: '3', failures: '1', errors: '0', skipped: '1' },
      suite: { name: kept, tests: '3', failures: '1', errors: '0', skipped: '1' },
      cases: [
        { classname: 'gate', name: 'the score', failure: kept, 'system-out': kept },
        { classname: kept, name: kept, time: '1.235', skipped: kept },
        { classname: 'gsm8k.test', name: 'right' },
      ],
    });
  });

  it('a case has one verdict: what failed is not also skipped', async () => {
    const xml = encodeJUnit({ name: 'one', cases: [{ name: 'a', group: 'b', failure: 'no', remark: 'aside' }] });
    expect(await parsed(xml)).toMatchObject({ root: { failures: '1', skipped: '0' }, cases: [{ failure: 'no' }] });
  });
});
