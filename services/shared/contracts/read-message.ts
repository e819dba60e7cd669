import { ContractError } from './contract-error.ts';

/** Written into each stand-alone message. It rises only with a change that an older reader would misread. */
export const schemaVersion = 1;

interface Versioned {
  readonly schemaVersion: number;
}

interface MessageReader<T> {
  decode(bytes: Uint8Array): T;
}

/**
 * Decodes a stand-alone message and checks its version.
 * @throws ContractError
 */
export function readVersionedMessage<T extends Versioned>(contract: string, reader: MessageReader<T>, bytes: Uint8Array): T {
  const message = readMessage(contract, reader, bytes);
  if (message.schemaVersion === schemaVersion) return message;
  const found = message.schemaVersion === 0 ? 'no schema version' : `schema version ${message.schemaVersion}`;
  throw new ContractError(
    contract,
    `it has ${found}, and this program reads version ${schemaVersion}; use the program that wrote it`,
    { isOfLaterVersion: message.schemaVersion > schemaVersion },
  );
}

/** @throws ContractError */
export function readMessage<T>(contract: string, reader: MessageReader<T>, bytes: Uint8Array): T {
  try {
    return reader.decode(bytes);
  } catch (error) {
    throw new ContractError(contract, `its ${bytes.length} bytes are not such a message: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/**
 * A submessage that must be there.
 * @throws ContractError
 */
export function present<T>(contract: string, field: string, value: T | undefined): T {
  if (value === undefined) throw new ContractError(contract, `its field ${field} is missing`);
  return value;
}

/**
 * A text that must be one of a few.
 * @throws ContractError
 */
export function oneOf<T extends string>(contract: string, field: string, allowed: readonly T[], value: string): T {
  const known = allowed.find((candidate) => candidate === value);
  if (known === undefined) {
    throw new ContractError(contract, `its field ${field} is "${value}", and this program knows ${allowed.join(', ')}`);
  }
  return known;
}

/**
 * A field that holds a JSON object as text.
 * @throws ContractError
 */
export function readJsonObject(contract: string, field: string, text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ContractError(contract, `${field} is not JSON: ${(error as Error).message}`, { cause: error });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ContractError(contract, `${field} is not a JSON object`);
  }
  return value as Record<string, unknown>;
}

/** JSON with the keys of all objects in order, so that equal values give equal texts. */
export function sortedJson(value: unknown): string {
  return JSON.stringify(withSortedKeys(value));
}

function withSortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSortedKeys);
  if (typeof value !== 'object' || value === null) return value;
  return sortedRecord(Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withSortedKeys(inner)])));
}

/** The same record with its keys in order, so that equal records give equal bytes. */
export function sortedRecord<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  // fromEntries defines properties, so a key such as __proto__ is kept like any other.
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
