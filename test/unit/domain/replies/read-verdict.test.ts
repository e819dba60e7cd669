import { describe, expect, test } from 'vitest';
import { readVerdict, verdictOfProse } from '../../../../services/domain/replies/read-verdict.ts';

describe('a verdict', () => {
  test.each<[string, boolean | undefined]>([
    ['true', true],
    ['True.', true],
    ['true (no mistakes)', true],
    ['**Correct**', true],
    ['1', true],
    ['0', false],
    ['yes, it is not wrong', true],
    ['passed: yes', true],
    ['Passed', true],
    ['no mistakes', true],
    ['no errors found', true],
    ['It does not contain any errors', true],
    ["I don't see any real mistakes", true],
    ['nothing is wrong', true],
    ['✅', true],
    ['Looks good to me', true],
    ['It correctly solves the problem', true],
    ['It does not match', false],
    ['good, but the sum is wrong', undefined],
    ['false', false],
    ['False, since 2 + 2 is 4', false],
    ['no', false],
    ['not correct', false],
    ['It does not solve the problem', false],
    ['There is an error in step 2', false],
    ['It is mistaken', false],
    ['needs to be revised', false],
    ['incorrect', false],
    ['failed', false],
    ['true or false', undefined],
    ['true/false', undefined],
    ['right and wrong', undefined],
    ['maybe', undefined],
    ['10', undefined],
  ])('in %j is %s', (text, verdict) => expect(readVerdict(text)).toBe(verdict));

  test.each<[string, boolean | undefined]>([
    ['I find no mistakes. The solution is right.', true],
    ['The solution is right. Well done!', true],
    ['The sum is wrong.\nPassed: false', false],
    ['Step 1 is correct. The solution is wrong, since 2 + 2 is 4. One should add.', false],
    ['Step 1 is correct. Step 2 is correct. One gets 13.', undefined],
    ['I cannot say.', undefined],
    ['', undefined],
  ])('of the prose %j is %s', (text, verdict) => expect(verdictOfProse(text)).toBe(verdict));
});
