import { ScaleError } from '../../domain/errors/scale-error.ts';

/** What keeps a file from being written or read and can be fixed by a person, by the code of Node's error. */
const remedies = new Map<string, string>([
  ['ENOSPC', 'the disk is full: free some space'],
  ['EDQUOT', "the user's disk quota is used up: free some space"],
  ['EROFS', 'the file system is read-only'],
  ['EACCES', 'this user lacks the permission'],
  ['EPERM', 'this user lacks the permission'],
  ['EEXIST', 'something that is not a folder is in its place'],
  ['ENOTDIR', 'a part of the path is not a folder'],
  ['EISDIR', 'it is a folder'],
  ['ENAMETOOLONG', 'the name is too long'],
  ['EMFILE', 'this process has too many files open: raise `ulimit -n`'],
  ['ENFILE', 'the machine has too many files open'],
  ['EIO', 'the disk has failed'],
]);
/** Elsewhere a file that is not there may only not be there yet; what ends a command is a name that somebody gave. */
const remediesAtTheEnd = new Map([...remedies, ['ENOENT', 'it, or the folder that it would be in, is not there']]);

export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
}

/** A file or folder that could not be used, for a reason that a person can fix. */
export class FileError extends ScaleError {
  readonly kind = 'failed';
}

/** Undefined for any error that is not about a file. */
export function fileErrorFrom(error: unknown): FileError | undefined {
  const sentence = sentenceOf(error, remediesAtTheEnd);
  return sentence === undefined ? undefined : new FileError(sentence, { cause: error });
}

/**
 * A sentence about a file or folder that could not be used, undefined for any other error.
 * @param path for errors that name none, such as those from writing to an open file
 */
export function describeFileError(error: unknown, path?: string): string | undefined {
  return sentenceOf(error, remedies, path);
}

/** Why a file that somebody has named cannot be read, to stand after its name. @param what it was to be: "run file" */
export function whyUnread(error: unknown, what: string): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return `there is no such ${what}`;
  const remedy = remedies.get(code);
  return `cannot be read: ${remedy === undefined ? message : `${remedy} (${code})`}`;
}

function sentenceOf(error: unknown, known: ReadonlyMap<string, string>, path?: string): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code = '', path: own = path, syscall = '', dest } = error as NodeJS.ErrnoException & { readonly dest?: string };
  // A file that is replaced is renamed to, and only that name means anything to a person.
  const named = dest ?? own;
  const remedy = known.get(code);
  if (remedy === undefined || /^(spawn|listen|connect|bind)/.test(syscall)) return undefined;
  return `${named ?? 'a file'} cannot be ${verbOf(syscall)}: ${remedy} (${code})`;
}

function verbOf(syscall: string): string {
  if (syscall === 'mkdir') return 'made';
  return /^(read|scandir|stat|lstat|access|open)/.test(syscall) ? 'used' : 'written';
}
