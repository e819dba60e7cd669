import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { CodeRun } from '../../ports.ts';

/** What tells a program of an execution from its others: 16 hex digits of all that decides what it does, its limits left out. */
export function programKey({ code, tests = '', entry = '', stdin = '' }: CodeRun): string {
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify([code, tests, entry, stdin])))).slice(0, 16);
}
